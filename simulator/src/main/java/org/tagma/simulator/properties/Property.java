package org.tagma.simulator.properties;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Something that is promised. Those below are what a replicated service owes its users, whatever its protocol; a
 * protocol may have more of its own.
 *
 * <p>Immutable.
 *
 * @param label its name in plans, on the command line and in reports: lower-case letters and hyphens
 * @param isSafety whether it must hold whatever time does; the others need bounds on delays
 */
public record Property(String label, boolean isSafety) {

    /** No two correct replicas commit different batches at one sequence number. */
    public static final Property AGREEMENT = safety("agreement");
    /** Only what a client asked for is executed. */
    public static final Property VALIDITY = safety("validity");
    /** Nothing is executed twice. */
    public static final Property INTEGRITY = safety("integrity");
    /** What is ordered is executed, answered or put off as the numbers of its session say, and nothing else is. */
    public static final Property SESSIONS = safety("sessions");
    /** What a client tells of a call that failed is so, and no call fails without one of the reasons that there are. */
    public static final Property TRUE_OUTCOMES = safety("true-outcomes");
    /** What one session asked for is executed in the order in which it asked. */
    public static final Property FIFO = safety("fifo");
    /** Correct replicas execute the same operations at the same places. */
    public static final Property TOTAL_ORDER = safety("total-order");
    /** What a client was told to be done is in the state of the correct replicas in the end, whoever stopped since. */
    public static final Property DURABILITY = safety("durability");
    /** Correct replicas that executed the same have the same state. */
    public static final Property EQUAL_STATES = safety("equal-states");
    /** To its clients the service looks like one that executes each operation at one moment between call and return. */
    public static final Property LINEARIZABILITY = safety("linearizability");
    /** Nothing that others can cause grows without bound. */
    public static final Property BOUNDED_MEMORY = safety("bounded-memory");
    /** A correct replica is never held to be malicious by another. */
    public static final Property TRUE_EVIDENCE = safety("true-evidence");
    /** A correct replica never stops by itself. */
    public static final Property NO_HALT = safety("no-halt");
    /** Nothing that a correct replica decided takes effect before all that it wrote until then is durable. */
    public static final Property DURABLE_BEFORE_EFFECT = safety("durable-before-effect");
    /** A message that a correct replica refuses leaves it as it was. */
    public static final Property REFUSAL_WITHOUT_TRACE = safety("refusal-without-trace");
    /** What is encoded, sent or written, and decoded is what it was. */
    public static final Property SAME_WHEN_READ = safety("same-when-read");
    /** A correct replica answers what it executes for its clients, and whoever asks it while it can answer. */
    public static final Property ANSWERS = safety("answers");
    /**
     * The time that operations see never goes back, is the same everywhere, and is near the correct replicas' clocks.
     */
    public static final Property AGREED_TIME = safety("agreed-time");
    /** What clients ask for is done in time, once the network and the nodes let it. */
    public static final Property LIVENESS = new Property("liveness", false);
    /** When all is done and known everywhere, replicas say that they live and how far they are, and repeat nothing. */
    public static final Property BOUNDED_RETRANSMISSION = new Property("bounded-retransmission", false);
    /** Nobody leaves a view in which nothing goes wrong and nothing is late. */
    public static final Property STABLE_VIEW = new Property("stable-view", false);
    /**
     * Without faults, or with faulty backups alone, nothing but a faulty primary costs the group its view or its time.
     * This is checked of protocols that count it among their own.
     */
    public static final Property NO_NEEDLESS_DELAY = new Property("no-needless-delay", false);

    /** What is owed under every protocol. */
    public static final List<Property> OF_ALL_PROTOCOLS = List.of(
            AGREEMENT,
            VALIDITY,
            INTEGRITY,
            SESSIONS,
            TRUE_OUTCOMES,
            FIFO,
            TOTAL_ORDER,
            DURABILITY,
            EQUAL_STATES,
            LINEARIZABILITY,
            BOUNDED_MEMORY,
            TRUE_EVIDENCE,
            NO_HALT,
            DURABLE_BEFORE_EFFECT,
            REFUSAL_WITHOUT_TRACE,
            SAME_WHEN_READ,
            ANSWERS,
            AGREED_TIME,
            LIVENESS,
            STABLE_VIEW,
            BOUNDED_RETRANSMISSION);

    /** One that must hold whatever time does. */
    public static Property safety(String label) {
        return new Property(label, true);
    }

    /**
     * The property with this name, of those that are owed under every protocol.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that there are
     */
    public static Property labelled(String label) {
        return OF_ALL_PROTOCOLS.stream()
                .filter(each -> each.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no property is called '" + label + "'; there are "
                        + OF_ALL_PROTOCOLS.stream().map(Property::label).collect(Collectors.joining(", "))));
    }

    /** As reports have it: {@code AGREEMENT}. */
    @Override
    public String toString() {
        return label.toUpperCase(Locale.ROOT).replace('-', '_');
    }
}
