package org.tagma.core.pbft;

import java.util.SortedMap;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/**
 * How many bytes of batches lie between the watermarks, and who may put one more there.
 *
 * <p>A batch weighs what its digest covers, and for each request what its authenticator and the objects around it
 * take at most: so it weighs the same at every replica, whose copies may be authenticated differently. An empty
 * batch weighs nothing. C is {@link PbftConfig#intervalBytes}.
 *
 * <ol>
 *   <li>A primary puts at most C between two checkpoints. What does not fit there any more goes above the next one: the
 *     numbers in between get empty batches. It begins no batch with which more than {@link #PROPOSED} times C lie
 *     above
 *       its stable checkpoint.
 * <li>A backup refuses a proposal with which the batches of one interval, accepted in this view or committed,
 * weigh more
 *       than C. Checkpoints are at multiples of K, so the interval consists of the same numbers everywhere.
 * <li>It refuses a proposal, too, with which it would hold more than {@link #ACCEPTED} times C, and asks for no
 * batch with
 *     which it would hold more than {@link #HELD} times C. But what it can execute next always has room, up to
 *     the next
 *       checkpoint.
 * </ol>
 *
 * <p>So no replica holds more than {@code HELD} times C and what one interval may have more: C, or where
 * malicious primaries and a network on their side split an interval over views, C for each of those.
 *
 * <p>Why the group goes on. By 1 and 2 a correct primary is never refused for what it puts into an interval: what
 * a backup counts of this view, the primary counted too, for it had the batches that it carried over when it
 * opened the view, and what is committed is carried over or of this view. An interval has room for the largest
 * request when it begins, so any request is proposed after less than K empty batches. By 3 a backup that holds
 * little more than the primary does, an interval that is stable there and not here, takes all that it proposes.
 * One that lags further, or holds what prepared in views that nobody continued, takes at least the next batch,
 * each in turn, until it reaches the end of the first interval above its stable checkpoint. There it can wait:
 * all correct replicas get there in the same way, which makes that checkpoint stable, and lets go of all below.
 * What no proposal brings is asked for ({@link BatchFetcher}), and who voted has it.
 *
 * <p>A view change. Who voted for a batch, also for one that was carried over, had it, and keeps it if it
 * prepared there or committed. What prepared at correct replicas in one view weighs less than 2C an interval,
 * since f+1 of 2f+1 correct ones took each batch and C is what each takes; so twice {@code ACCEPTED} has room for
 * it. A new primary leaves out the view changes of those who claim what cannot be had, or more than it has room
 * for: those of all correct replicas are enough.
 *
 * <p>Not thread-safe.
 */
final class WindowRoom {

    /** Intervals that a correct primary fills above its stable checkpoint. */
    static final int PROPOSED = 2;

    /** Intervals of proposals that a backup holds: one more, since it may learn later that a checkpoint is stable. */
    static final int ACCEPTED = 3;

    /** Intervals that it holds in all, what is fetched included. */
    static final int HELD = 2 * ACCEPTED;

    /** What a batch weighs beside its requests. */
    static final int BATCH_BYTES = 64;

    /** A signature, its own fields, and the objects of one request. */
    private static final int REQUEST_BYTES = 256;

    private static final int MAC_BYTES = 16;

    private final PbftState state;
    private long held;

    WindowRoom(PbftState state) {
        this.state = state;
    }

    /** What a batch weighs, here and everywhere. */
    long weight(Batch batch) {
        long requests = 0;
        for (Request request : batch.requests()) {
            requests += requestBytes(request, state.quorums.replicas());
        }
        return requests == 0 ? 0 : BATCH_BYTES + requests;
    }

    /** What a request weighs in a batch, in a group of so many. */
    static long requestBytes(Request request, int replicas) {
        return request.payload().size() + REQUEST_BYTES + (long) MAC_BYTES * replicas;
    }

    /** Whether its authenticators take no more than any that are good. */
    boolean isWellMade(Batch batch) {
        return batch.requests().isEmpty() || batch.size() <= weight(batch);
    }

    /** A slot took a body in, or let go of one. */
    void holds(long more) {
        held += more;
    }

    /** The bodies in all slots. */
    long held() {
        return held;
    }

    /** How much more a primary may put at this sequence number, before a checkpoint is stable. */
    long toPropose() {
        return PROPOSED * state.config.intervalBytes() - ordered(state.slots);
    }

    /** How much more may be in the interval of this sequence number, which is not counted itself. */
    long inInterval(long sequence) {
        long end = endOfInterval(sequence);
        long start = end - state.config.checkpointInterval() + 1;
        long others = ordered(state.slots.subMap(start, sequence)) + ordered(state.slots.subMap(sequence + 1, end + 1));
        return state.config.intervalBytes() - others;
    }

    private long ordered(SortedMap<Long, Slot> slots) {
        long sum = 0;
        for (Slot slot : slots.values()) {
            sum += slot.orderedBytes(state.view);
        }
        return sum;
    }

    /** The checkpoint at or above this sequence number. */
    long endOfInterval(long sequence) {
        long interval = state.config.checkpointInterval();
        return (sequence + interval - 1) / interval * interval;
    }

    /** Whether a proposal of so many bytes may be kept here. */
    boolean forProposal(long sequence, long bytes) {
        return has(sequence, bytes, ACCEPTED);
    }

    /** Whether so many bytes may be fetched. */
    boolean toFetch(long sequence, long bytes) {
        return has(sequence, bytes, HELD);
    }

    private boolean has(long sequence, long bytes, int intervals) {
        boolean isNext = sequence <= state.lastCommitted + 1 && sequence <= endOfInterval(state.stable.sequence() + 1);
        return isNext || held + bytes <= intervals * state.config.intervalBytes();
    }
}
