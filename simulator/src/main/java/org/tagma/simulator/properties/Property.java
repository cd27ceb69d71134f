package org.tagma.simulator.properties;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a replicated service promises. */
public enum Property {
    /** No two correct replicas commit different batches at one sequence number. */
    AGREEMENT,
    /** Only what a client asked for is executed. */
    VALIDITY,
    /** Nothing is executed twice. */
    INTEGRITY,
    /** What is ordered is executed, answered or put off as the numbers of its session say, and nothing else is. */
    SESSIONS,
    /** What a client tells of a call that failed is so, and no call fails without one of the reasons that there are. */
    TRUE_OUTCOMES,
    /** What one session asked for is executed in the order in which it asked. */
    FIFO,
    /** Correct replicas execute the same operations at the same places. */
    TOTAL_ORDER,
    /** Correct replicas that executed the same have the same state. */
    EQUAL_STATES,
    /**
     * A correct replica never casts two different votes in one (view, sequence, phase), nor votes in a view it left.
     */
    NO_CONFLICTING_VOTES,
    /** Raft: at most one leader is elected in a term. */
    ELECTION_SAFETY,
    /** Raft: a leader never overwrites or removes entries of its log; it only appends. */
    LEADER_APPEND_ONLY,
    /** Raft: two logs with an entry of the same index and term are the same up to there. */
    LOG_MATCHING,
    /** Raft: what was committed in a term is in the logs of the leaders of all later terms. */
    LEADER_COMPLETENESS,
    /** Raft: no two replicas execute different entries at one index. */
    STATE_MACHINE_SAFETY,
    /** Raft: a vote, a term or an acknowledgement leaves a replica only when it is durable there. */
    DURABLE_BEFORE_SAID,
    /** To its clients the service looks like one that executes each operation at one moment between call and return. */
    LINEARIZABILITY,
    /** Nobody leaves a view in which nothing goes wrong and nothing is late. */
    STABLE_VIEW,
    /** What clients ask for is done in time, once the network and the nodes let it. */
    LIVENESS,
    /** Nothing that others can cause grows without bound. */
    BOUNDED_MEMORY,
    /** A correct replica is never held to be malicious by another. */
    TRUE_EVIDENCE,
    /** A correct replica never stops by itself. */
    NO_HALT,
    /** What a correct replica takes for certified, a quorum has voted for; and what may have committed stays. */
    CERTIFICATES,
    /** No vote of a correct replica leaves before it is durable. */
    DURABLE_VOTES,
    /** Nothing that a correct replica decided takes effect before all that it wrote until then is durable. */
    DURABLE_BEFORE_EFFECT,
    /** A message that a correct replica refuses leaves it as it was. */
    REFUSAL_WITHOUT_TRACE,
    /** What is encoded, sent or written, and decoded is what it was. */
    SAME_WHEN_READ,
    /** A correct replica answers what it executes for its clients, and whoever asks it while it can answer. */
    ANSWERS,
    /**
     * The time that operations see never goes back, is the same everywhere, and is near the correct replicas' clocks.
     */
    AGREED_TIME,
    /**
     * Without faults, or with faulty backups alone, nothing but a faulty primary costs the group its view or its time.
     */
    NO_NEEDLESS_DELAY;

    /** Its name in plans and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The property with this name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    public static Property labelled(String label) {
        return Arrays.stream(values())
                .filter(each -> each.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no property is called '" + label + "'; there are "
                        + Arrays.stream(values()).map(Property::label).collect(Collectors.joining(", "))));
    }

    /** Whether it is about votes that prove something to others, which only a protocol against liars has. */
    public boolean isOfCertificates() {
        return this == CERTIFICATES || this == DURABLE_VOTES;
    }

    /** Whether it says something of Raft's logs and leaders, and nothing of any other protocol. */
    public boolean isOfRaftOnly() {
        return switch (this) {
            case ELECTION_SAFETY,
                    LEADER_APPEND_ONLY,
                    LOG_MATCHING,
                    LEADER_COMPLETENESS,
                    STATE_MACHINE_SAFETY,
                    DURABLE_BEFORE_SAID -> true;
            default -> false;
        };
    }

    /** Whether it must hold whatever time does; the others need bounds on delays. */
    public boolean isSafety() {
        return this != LIVENESS && this != STABLE_VIEW && this != NO_NEEDLESS_DELAY;
    }
}
