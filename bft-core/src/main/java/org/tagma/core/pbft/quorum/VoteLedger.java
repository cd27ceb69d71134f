package org.tagma.core.pbft.quorum;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.Digest;

/**
 * The last gate before a vote leaves: it refuses a second, different vote for one (view, sequence number, phase), a
 * vote in a view that this replica has left, and any vote where it may have voted in an incarnation it does not
 * remember. It knows nothing of how the protocol comes to want a vote, so a mistake there cannot pass it.
 */
public final class VoteLedger {

    /** The phases in which a replica votes. The primary's pre-prepare is its prepare. */
    public enum Phase {
        PREPARE,
        COMMIT
    }

    /** The end of the range of a replica that does not know where it voted. */
    public static final long EVERYTHING = 1L << 62;

    private record Cast(long view, Digest digest) {}

    private final Map<Phase, TreeMap<Long, Cast>> cast = new EnumMap<>(Phase.class);
    private long lowestView;
    private long forgottenUpTo;

    public VoteLedger() {
        for (Phase phase : Phase.values()) {
            cast.put(phase, new TreeMap<>());
        }
    }

    /** This replica promised not to vote below {@code view} again. */
    public void promise(long view) {
        lowestView = Math.max(lowestView, view);
    }

    /** This replica may have voted up to here in an incarnation that it does not remember. */
    public void forget(long upTo) {
        forgottenUpTo = Math.max(forgottenUpTo, upTo);
    }

    /** This replica may have voted anywhere. */
    public void forgetEverything() {
        forgottenUpTo = EVERYTHING;
    }

    /**
     * After {@link #forgetEverything} it was found out that nothing above this sequence number can have been voted for.
     */
    public void forgetOnlyUpTo(long upTo) {
        forgottenUpTo = upTo;
    }

    /** A stable checkpoint covers everything up to here. */
    public void truncate(long sequence) {
        cast.values().forEach(votes -> votes.headMap(sequence, true).clear());
        if (forgottenUpTo <= sequence) {
            forgottenUpTo = 0;
        }
    }

    /** The end of the range in which it may not vote, or 0 if it remembers everything that still matters. */
    public long forgottenUpTo() {
        return forgottenUpTo;
    }

    /** Whether it may vote at this sequence number at all. */
    public boolean remembers(long sequence) {
        return sequence > forgottenUpTo;
    }

    /** Notes a vote that was cast in an earlier incarnation. */
    public void restore(Phase phase, long view, long sequence, Digest digest) {
        cast.get(phase).put(sequence, new Cast(view, digest));
    }

    /**
     * Notes a vote about to be cast.
     *
     * @throws IllegalStateException if it contradicts an earlier one: a bug, and the replica must stop before it lies
     */
    public void cast(Phase phase, long view, long sequence, Digest digest) {
        if (view < lowestView) {
            throw new IllegalStateException("a vote in view " + view + " after promising view " + lowestView);
        }
        if (!remembers(sequence)) {
            throw new IllegalStateException(
                    "a vote at sequence " + sequence + ", but votes up to " + forgottenUpTo + " are not remembered");
        }
        Cast earlier = cast.get(phase).put(sequence, new Cast(view, digest));
        if (earlier != null && (earlier.view > view || (earlier.view == view && !earlier.digest.equals(digest)))) {
            throw new IllegalStateException("a second " + phase + " at view " + view + ", sequence " + sequence + ": "
                    + digest + " after " + earlier.digest + " in view " + earlier.view);
        }
    }
}
