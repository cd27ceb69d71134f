package org.tagma.simulator.pbft;

import org.tagma.simulator.properties.Property;

/** What PBFT promises of its votes. */
final class PbftProperties {

    /**
     * A correct replica never casts two different votes in one (view, sequence, phase), nor votes in a view it left.
     */
    static final Property NO_CONFLICTING_VOTES = Property.safety("no-conflicting-votes");
    /** What a correct replica takes for certified, a quorum has voted for; and what may have committed stays. */
    static final Property CERTIFICATES = Property.safety("certificates");

    private PbftProperties() {}
}
