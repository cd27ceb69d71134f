package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftRecord.KeptBatch;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;

/**
 * Fetches batches whose digest is certified but whose body never came: withheld by a primary, or lost. Any replica may
 * give it, for the digest says whether it is the right one. They are asked in turn, f+1 at a time, so that one of them is
 * correct, and first the primary, which should have what it carried over: those who go on let go of it at a checkpoint.
 */
final class BatchFetcher {

    /** Bodies asked for at once; the rest follow as these arrive. */
    private static final int MAX_OUTSTANDING = 32;

    private static final int RETRY_TICKS = 4;

    private static final class Wanted {
        final Digest digest;
        long askedAtTick = -1;
        int source;

        Wanted(Digest digest, int source) {
            this.digest = digest;
            this.source = source;
        }
    }

    private final PbftState state;
    private final TreeMap<Long, Wanted> wanted = new TreeMap<>();
    /** Bytes given to each replica in this tick: a liar that asks without end costs no more than a batch a tick. */
    private final long[] served;

    BatchFetcher(PbftState state) {
        this.state = state;
        this.served = new long[state.quorums.replicas()];
    }

    /** Asks for a body until it is here or no longer needed. */
    void want(long sequence, Digest digest) {
        Wanted known = wanted.get(sequence);
        if (known == null || !known.digest.equals(digest)) {
            int replicas = state.quorums.replicas();
            wanted.put(sequence, new Wanted(digest, (state.primary() + replicas - 1) % replicas));
            askMore();
        }
    }

    /** A new view: only what is committed is still wanted; the new view says what else. */
    void restart() {
        wanted.entrySet()
                .removeIf(entry -> !state.existingSlot(entry.getKey())
                        .flatMap(Slot::committed)
                        .equals(Optional.of(entry.getValue().digest)));
    }

    /** What a stable checkpoint or an installed state covers is not needed any more. */
    void truncate(long sequence) {
        wanted.headMap(sequence, true).clear();
        askMore();
    }

    void onTick() {
        Arrays.fill(served, 0);
        askMore();
    }

    private void askMore() {
        int outstanding = 0;
        for (var entry : wanted.entrySet()) {
            if (++outstanding > MAX_OUTSTANDING) {
                return;
            }
            Wanted want = entry.getValue();
            if (want.askedAtTick < 0 || state.tick - want.askedAtTick >= RETRY_TICKS) {
                want.askedAtTick = state.tick;
                for (int asked = 0; asked < state.quorums.weak(); asked++) {
                    want.source = nextSource(want.source);
                    state.send(want.source, new FetchBatch(entry.getKey(), want.digest));
                }
            }
        }
    }

    private int nextSource(int source) {
        int next = (source + 1) % state.quorums.replicas();
        return next == state.self ? (next + 1) % state.quorums.replicas() : next;
    }

    void onFetchBatch(int sender, FetchBatch message) {
        if (sender == state.self
                || served[sender] >= state.config.maxBatchBytes()
                || message.digest().isNull()) {
            return;
        }
        state.existingSlot(message.sequence())
                .flatMap(slot -> slot.body(message.digest()))
                .ifPresent(batch -> {
                    served[sender] += batch.size();
                    state.send(sender, new BatchBody(message.sequence(), batch));
                });
    }

    /** Takes a body if it is one that was wanted. */
    Verdict onBatchBody(BatchBody message) {
        Wanted want = wanted.get(message.sequence());
        Optional<Slot> slot = state.existingSlot(message.sequence());
        Batch batch = message.batch();
        if (want == null || slot.isEmpty() || !want.digest.equals(batch.digest())) {
            return Verdict.UNEXPECTED;
        }
        wanted.remove(message.sequence());
        slot.get().addBody(batch);
        state.emit(new Action.Persist(new KeptBatch(message.sequence(), batch)));
        askMore();
        return Verdict.ACCEPT;
    }
}
