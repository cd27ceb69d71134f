package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.Map;
import org.tagma.core.Digest;

/** Watches that correct replicas have equal states after equal sequence numbers. Not thread-safe. */
public final class StateChecker {

    private final Findings findings;
    private final Map<Long, Digest> states = new HashMap<>();

    /** A checker that has seen nothing. */
    public StateChecker(Findings findings) {
        this.findings = findings;
    }

    /** A correct replica digested its state after {@code sequence}. */
    public void digested(int replica, long sequence, Digest stateDigest) {
        Digest first = states.putIfAbsent(sequence, stateDigest);
        if (first != null && !first.equals(stateDigest)) {
            findings.report(
                    Property.EQUAL_STATES,
                    "replica " + replica + " has state " + stateDigest + " after sequence " + sequence
                            + ", where another has " + first);
        }
    }
}
