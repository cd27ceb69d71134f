package org.tagma.simulator.properties;

import java.util.HashMap;
import java.util.Map;
import org.tagma.core.Digest;

/** Watches that correct replicas have equal states after equal sequence numbers. Not thread-safe. */
public final class StateChecker {

    private final Violations violations;
    private final Map<Long, Digest> states = new HashMap<>();

    /**
     * What stands for all entries of the state after a sequence number, as somebody counted while they were written.
     */
    private final Map<Long, Long> contents = new HashMap<>();

    /** A checker that has seen nothing. */
    public StateChecker(Violations violations) {
        this.violations = violations;
    }

    /** A correct replica digested its state after {@code sequence}. */
    public void digested(int replica, long sequence, Digest stateDigest) {
        Digest first = states.putIfAbsent(sequence, stateDigest);
        if (first != null && !first.equals(stateDigest)) {
            violations.report(
                    Property.EQUAL_STATES,
                    "replica " + replica + " has state " + stateDigest + " after sequence " + sequence
                            + ", where another has " + first);
        }
    }

    /** A correct replica counted what it has written up to and with {@code sequence}. */
    public void wrote(int replica, long sequence, long sum) {
        Long first = contents.putIfAbsent(sequence, sum);
        if (first != null && first != sum) {
            violations.report(
                    Property.EQUAL_STATES,
                    "replica " + replica + " has written something else up to sequence " + sequence + " than another");
        }
    }

    /**
     * All entries that a correct replica has after {@code sequence} were read; it did not necessarily write them
     * itself.
     */
    public void contains(int replica, long sequence, long sum) {
        Long written = contents.get(sequence);
        if (written != null && written != sum) {
            violations.report(
                    Property.EQUAL_STATES,
                    "replica " + replica + " has other entries after sequence " + sequence
                            + " than were written up to there");
        }
    }
}
