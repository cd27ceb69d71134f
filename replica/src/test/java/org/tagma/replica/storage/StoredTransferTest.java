package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.Digest;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.service.FetchOutcome;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.StateFetcher;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.service.TransferLimits;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.StateEntry;
import org.tagma.replica.storage.state.StateBatch;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StatePages;
import org.tagma.replica.storage.state.StateTable;

/** A replica fetches a state into its data folder, in several incarnations. */
final class StoredTransferTest {

    private static final int ASKER = 3;

    private static final int SOURCE = 1;

    @TempDir
    Path temporary;

    private final MerkleStateStore source = new MerkleStateStore();
    private final SnapshotKeeper keeper = new SnapshotKeeper();
    private long fetchedBytes;

    @Test
    void aTransferGoesOnInTheNextIncarnation() throws IOException {
        fill(0, 12_000, "first");
        ServiceSnapshot wanted = checkpoint(100);
        long all = wanted.tree().orElseThrow().bytes();
        Optional<ServiceSnapshot> kept = Optional.empty();
        int incarnations = 0;
        while (kept.isEmpty()) {
            kept = liveAndFetch(wanted, Optional.empty(), all / 5);
            incarnations++;
        }

        assertThat(incarnations).isBetween(4, 8);
        // Whole parts come once. The few nodes above them are asked for in every incarnation.
        assertThat(fetchedBytes).isLessThan(all * 6 / 5);
        assertThatTheNextIncarnationHas(wanted);
    }

    @Test
    void aReplicaThatLagsFetchesWhatDiffersAndKeepsNothingElse() throws IOException {
        fill(0, 12_000, "first");
        ServiceSnapshot old = checkpoint(100);
        liveAndFetch(old, Optional.empty(), Long.MAX_VALUE);
        fill(3_000, 3_500, "second");
        ServiceSnapshot wanted = checkpoint(200);
        fetchedBytes = 0;

        try (StateCheckpoints states = Tree.open(temporary)) {
            ServiceSnapshot own = states.save(states.recover().get(0));
            fetch(states, wanted, own.tree(), Long.MAX_VALUE);
            states.release(200, Set.of());
        }

        assertThat(fetchedBytes).isLessThan(wanted.tree().orElseThrow().bytes() / 4);
        assertThatTheNextIncarnationHas(wanted);
    }

    /** The old state and the parts of the one that is given up for a newer one go away, and the newer one is whole. */
    @Test
    void aTransferThatTurnsToANewerCheckpointLeavesNothingBehind() throws IOException {
        fill(0, 8_000, "first");
        ServiceSnapshot old = checkpoint(100);
        liveAndFetch(old, Optional.empty(), Long.MAX_VALUE);
        fill(0, 8_000, "second");
        ServiceSnapshot first = checkpoint(200);
        assertThat(liveAndFetch(first, old.tree(), first.sizeBytes() / 2)).isEmpty();
        fill(4_000, 8_000, "third");
        ServiceSnapshot second = checkpoint(300);
        try (StateCheckpoints states = Tree.open(temporary)) {
            // As a replica does: it begins with its own state.
            states.save(states.recover().get(0));
            assertThat(fetch(states, second, Optional.empty(), Long.MAX_VALUE)).isPresent();
            states.release(300, Set.of());
        }

        assertThatTheNextIncarnationHas(second);
    }

    private Optional<ServiceSnapshot> liveAndFetch(ServiceSnapshot wanted, Optional<MerkleTree> own, long maxBytes)
            throws IOException {
        try (StateCheckpoints states = Tree.open(temporary)) {
            return fetch(states, wanted, own, maxBytes);
        }
    }

    /** Fetches so much, and saves the state if it is complete. */
    private Optional<ServiceSnapshot> fetch(
            StateCheckpoints states, ServiceSnapshot wanted, Optional<MerkleTree> own, long maxBytes)
            throws IOException {
        StateFetcher fetcher = new StateFetcher(TransferLimits.DEFAULT, states.nodes());
        fetcher.have(own);
        long end = maxBytes == Long.MAX_VALUE ? maxBytes : fetchedBytes + maxBytes;
        Deque<Ask> asks = new ArrayDeque<>(fetcher.start(wanted.sequence(), wanted.stateDigest(), List.of(SOURCE)));
        while (fetchedBytes < end) {
            Ask ask = asks.remove();
            Answer answer = keeper.answer(ASKER, ask.question()).orElseThrow();
            fetchedBytes += answer instanceof PieceAnswer piece ? piece.piece().size() : 0;
            FetchOutcome outcome = fetcher.onAnswer(SOURCE, answer);
            if (outcome instanceof Completed done) {
                ServiceSnapshot kept = states.save(ServiceSnapshot.of(done.sequence(), done.snapshot(), done.tree()));
                states.nodes().ifPresent(NodeStore::endTransfer);
                return Optional.of(kept);
            }
            asks.addAll(((Accepted) outcome).asks());
        }
        return Optional.empty();
    }

    /**
     * The newest checkpoint is this one; and when the others are gone its pages are the only ones, and all as if
     * written at once.
     */
    private void assertThatTheNextIncarnationHas(ServiceSnapshot wanted) throws IOException {
        try (StateCheckpoints states = Tree.open(temporary)) {
            ServiceSnapshot found = states.recover().get(states.recover().size() - 1);
            assertThat(found.stateDigest()).isEqualTo(wanted.stateDigest());
            assertThat(entries(found.tree().orElseThrow())).isEqualTo(entries(source.tree()));

            states.save(found);
            source.put(ByteString.copyFromUtf8("last"), ByteString.EMPTY);
            states.save(checkpoint(1_000));
            states.release(1_000, Set.of());
            StatePages pages = (StatePages) states.nodes().orElseThrow();
            while (pages.collect()) {
                // A few at a time.
            }
            assertThat(pagesIn(pages.table())).isEqualTo(pagesOfAFreshStore());
        }
    }

    private Set<Digest> pagesOfAFreshStore() throws IOException {
        MemoryTable table = new MemoryTable();
        StatePages pages = new StatePages(table, 1 << 20, what -> {});
        StateBatch batch = pages.addNew(source.tree());
        batch.write(table, true);
        return pagesIn(table);
    }

    private static Set<Digest> pagesIn(StateTable table) throws IOException {
        Set<Digest> digests = new HashSet<>();
        table.scan((byte) 'n', (key, value) -> digests.add(StateBatch.digestOf(key)));
        return digests;
    }

    private ServiceSnapshot checkpoint(long sequence) {
        ServiceSnapshot snapshot =
                ServiceSnapshot.of(sequence, ByteString.copyFromUtf8("sessions"), Optional.of(source.tree()));
        keeper.keep(snapshot);
        return snapshot;
    }

    private void fill(int from, int to, String what) {
        for (int i = from; i < to; i++) {
            source.put(ByteString.copyFromUtf8("account/" + i), ByteString.copyFromUtf8(what.repeat(i % 40) + i));
        }
    }

    private static List<StateEntry> entries(MerkleTree tree) {
        List<StateEntry> entries = new ArrayList<>();
        tree.entries().forEach(entries::add);
        return entries;
    }
}
