package org.tagma.simulator.check;

/** What is found of one replica that does not do what the protocol says. */
record Complaints(Findings findings, int replica) {

    void of(String what) {
        findings.report(Property.DOES_WHAT_IT_MUST, "replica " + replica + " " + what);
    }
}
