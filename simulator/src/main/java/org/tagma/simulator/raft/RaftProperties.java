package org.tagma.simulator.raft;

import java.util.List;
import org.tagma.simulator.properties.Property;

/** The five properties of the Raft paper (figure 3), and what they rest on. */
final class RaftProperties {

    /** At most one leader is elected in a term. */
    static final Property ELECTION_SAFETY = Property.safety("election-safety");
    /** A leader never overwrites or removes entries of its log; it only appends. */
    static final Property LEADER_APPEND_ONLY = Property.safety("leader-append-only");
    /** Two logs with an entry of the same index and term are the same up to there. */
    static final Property LOG_MATCHING = Property.safety("log-matching");
    /** What was committed in a term is in the logs of the leaders of all later terms. */
    static final Property LEADER_COMPLETENESS = Property.safety("leader-completeness");
    /** No two replicas execute different entries at one index. */
    static final Property STATE_MACHINE_SAFETY = Property.safety("state-machine-safety");
    /** A replica votes once in a term, and never goes back to an earlier one. */
    static final Property NO_CONFLICTING_VOTES = Property.safety("no-conflicting-votes");
    /** A vote, a term or an acknowledgement leaves a replica only when it is durable there. */
    static final Property DURABLE_BEFORE_SAID = Property.safety("durable-before-said");

    static final List<Property> ALL = List.of(
            ELECTION_SAFETY,
            LEADER_APPEND_ONLY,
            LOG_MATCHING,
            LEADER_COMPLETENESS,
            STATE_MACHINE_SAFETY,
            NO_CONFLICTING_VOTES,
            DURABLE_BEFORE_SAID);

    private RaftProperties() {}
}
