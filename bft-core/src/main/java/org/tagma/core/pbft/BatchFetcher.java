package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftRecord.KeptBatch;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;

/**
 * Fetches batches whose digest is certified but whose body never came: withheld by a primary, or lost. Any replica may
 * give it, for the digest says whether it is the right one. They are asked in turn, f+1 at a time, so that one of
 * them is correct, and first the primary, which should have what it carried over: those who go on let go of it at
 * a checkpoint.
 *
 * <p>Several batches may be wanted for one sequence number, since a liar may claim another one than a correct
 * replica: each is asked for in its own turn.
 */
final class BatchFetcher {

    /** Bodies asked for at once; the rest follow as these arrive. */
    private static final int MAX_OUTSTANDING = 32;

    private static final int RETRY_TICKS = 4;

    private static final Comparator<Reproposal> BY_SEQUENCE =
            Comparator.comparingLong(Reproposal::sequence).thenComparing(Reproposal::digest);

    private static final class Asked {
        long atTick = -1;
        int source;

        Asked(int source) {
            this.source = source;
        }
    }

    private final PbftState state;
    private final TreeMap<Reproposal, Asked> wanted = new TreeMap<>(BY_SEQUENCE);
    /** Bytes given to each replica in this tick: a liar that asks without end costs no more than a batch a tick. */
    private final long[] served;

    BatchFetcher(PbftState state) {
        this.state = state;
        this.served = new long[state.quorums.replicas()];
    }

    /** Asks for a body until it is here or no longer needed. */
    void want(long sequence, Digest digest) {
        add(new Reproposal(sequence, digest));
        askMore();
    }

    private void add(Reproposal batch) {
        int replicas = state.quorums.replicas();
        wanted.computeIfAbsent(batch, known -> new Asked((state.primary() + replicas - 1) % replicas));
    }

    /** A new view: only what is committed is still wanted; the new view says what else. */
    void restart() {
        wanted.keySet().removeIf(batch -> !isCommitted(batch));
    }

    /**
     * Who opens a view wants these, of those it does not want for being committed, and no longer what it wanted
     * before.
     */
    void wantToOpen(Collection<Reproposal> batches) {
        wanted.keySet().removeIf(batch -> !batches.contains(batch) && !isCommitted(batch));
        batches.forEach(this::add);
        askMore();
    }

    private boolean isCommitted(Reproposal batch) {
        Optional<Digest> committed = state.existingSlot(batch.sequence()).flatMap(Slot::committed);
        return committed.equals(Optional.of(batch.digest()));
    }

    /** What a stable checkpoint or an installed state covers is not needed any more. */
    void truncate(long sequence) {
        wanted.keySet().removeIf(batch -> batch.sequence() <= sequence);
        askMore();
    }

    void onTick() {
        Arrays.fill(served, 0);
        askMore();
    }

    private void askMore() {
        // What came otherwise must not keep the room of what did not.
        wanted.keySet()
                .removeIf(batch -> state.existingSlot(batch.sequence())
                        .flatMap(slot -> slot.body(batch.digest()))
                        .isPresent());
        int outstanding = 0;
        for (var entry : wanted.entrySet()) {
            boolean hasRoom =
                    state.room.toFetch(entry.getKey().sequence(), (long) outstanding * state.config.maxBatchBytes());
            if (++outstanding > MAX_OUTSTANDING || !hasRoom) {
                return;
            }
            ask(entry.getKey(), entry.getValue());
        }
    }

    private void ask(Reproposal batch, Asked asked) {
        if (asked.atTick < 0 || state.tick - asked.atTick >= RETRY_TICKS) {
            asked.atTick = state.tick;
            for (int i = 0; i < state.quorums.weak(); i++) {
                asked.source = nextSource(asked.source);
                state.send(asked.source, new FetchBatch(batch.sequence(), batch.digest()));
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

    /** Takes a body if it is one that was wanted, and there is room. */
    PbftVerdict onBatchBody(BatchBody message) {
        Batch batch = message.batch();
        Reproposal named = new Reproposal(message.sequence(), batch.digest());
        if (!wanted.containsKey(named) || !state.inWindow(message.sequence())) {
            return PbftVerdict.UNEXPECTED;
        }
        // Its digest does not cover how its requests are authenticated.
        if (!state.room.isWellMade(batch)) {
            return PbftVerdict.TOO_LARGE;
        }
        if (!state.room.toFetch(message.sequence(), state.room.weight(batch))) {
            return PbftVerdict.NO_ROOM;
        }
        wanted.remove(named);
        state.slot(message.sequence()).addBody(batch);
        state.emit(new Action.Persist(new KeptBatch(message.sequence(), batch)));
        askMore();
        return PbftVerdict.ACCEPT;
    }
}
