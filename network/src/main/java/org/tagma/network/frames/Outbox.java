package org.tagma.network.frames;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.TransportStats;

/**
 * The frames that wait for one peer, within a budget of bytes. A frame is charged when offered and given back when it
 * was written or dropped, so that what Netty holds counts as well. Any thread may offer; one thread takes.
 *
 * <p>When the budget is used up the newest frame is dropped: what is queued already is what the peer needs first to
 * follow the protocol, a gap at the front would make all the rest useless, and nothing has to be taken out of the queue
 * while other threads use it.
 */
public final class Outbox {
    /** Frames are copied together into buffers of up to this size; a larger frame has a buffer of its own. */
    static final int COALESCE_BYTES = 64 * 1024;

    /** What a queued frame costs besides its bytes, roughly: without it, tiny frames would escape the budget. */
    private static final int OVERHEAD_BYTES = 64;

    private final Queue<ByteString> frames = new ConcurrentLinkedQueue<>();
    private final AtomicLong usedBytes = new AtomicLong();
    private final List<SharedBudget> shared;
    private final TransportStats stats;

    /**
     * An empty outbox.
     *
     * @param shared the budgets that it has in common with others
     */
    public Outbox(List<SharedBudget> shared, TransportStats stats) {
        this.shared = List.copyOf(shared);
        this.stats = stats;
    }

    /** A limit for many outboxes together. */
    public static final class SharedBudget {
        private final AtomicLong usedBytes = new AtomicLong();
        private final long limitBytes;

        public SharedBudget(long limitBytes) {
            this.limitBytes = limitBytes;
        }
    }

    /** Frames taken together, and what they were charged. */
    public record Batch(List<ByteString> frames, long chargedBytes, long wireBytes) {}

    /**
     * Adds the frame unless that would exceed {@code limitBytes} here, or a shared limit. A first frame always fits
     * here.
     */
    public boolean offer(ByteString frame, long limitBytes) {
        long charge = charge(frame);
        if (!tryCharge(usedBytes, charge, Math.max(limitBytes, charge))) {
            return false;
        }
        for (int i = 0; i < shared.size(); i++) {
            SharedBudget budget = shared.get(i);
            if (!tryCharge(budget.usedBytes, charge, budget.limitBytes)) {
                usedBytes.addAndGet(-charge);
                for (SharedBudget charged : shared.subList(0, i)) {
                    charged.usedBytes.addAndGet(-charge);
                }
                return false;
            }
        }
        stats.queuedChanged(charge);
        frames.add(frame);
        return true;
    }

    public boolean isEmpty() {
        return frames.isEmpty();
    }

    /**
     * The next frames that fit one buffer, at least one; still charged until {@link #release}. Not to be called when
     * empty.
     */
    public Batch take() {
        List<ByteString> batch = new ArrayList<>();
        long charged = 0;
        long wire = 0;
        ByteString next = frames.peek();
        while (next != null && (batch.isEmpty() || wire + Framing.wireBytes(next) <= COALESCE_BYTES)) {
            batch.add(frames.remove());
            charged += charge(next);
            wire += Framing.wireBytes(next);
            next = frames.peek();
        }
        return new Batch(batch, charged, wire);
    }

    public void release(long chargedBytes) {
        usedBytes.addAndGet(-chargedBytes);
        for (SharedBudget budget : shared) {
            budget.usedBytes.addAndGet(-chargedBytes);
        }
        stats.queuedChanged(-chargedBytes);
    }

    /** Drops all that waits, counted under a reason. Safe from any thread. */
    public void clear(DropReason reason) {
        ByteString frame = frames.poll();
        while (frame != null) {
            release(charge(frame));
            stats.countDropped(reason);
            frame = frames.poll();
        }
    }

    private static boolean tryCharge(AtomicLong used, long charge, long limit) {
        if (used.addAndGet(charge) <= limit) {
            return true;
        }
        used.addAndGet(-charge);
        return false;
    }

    /** What a frame costs while it waits. */
    public static long charge(ByteString frame) {
        return Framing.wireBytes(frame) + OVERHEAD_BYTES;
    }
}
