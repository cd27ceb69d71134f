package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.StateRoot;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.replica.storage.state.StateBatch;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StatePages;

/** States on disk, on a machine that fails at any write, compared with maps. */
class StateCheckpointsTest {

    private static final long CACHE_BYTES = 20_000;

    private static final StateCheckpoints.Upkeep NO_UPKEEP = new StateCheckpoints.Upkeep() {
        @Override
        public void check() {}

        @Override
        public void close() {}
    };

    private final List<String> damages = new ArrayList<>();

    /** One incarnation of a replica's state. */
    private final class Incarnation {

        final MemoryTable table;
        final StatePages pages;
        final StateCheckpoints states;
        final MerkleStateStore store = new MerkleStateStore();

        Incarnation(MemoryTable table) throws IOException {
            this.table = table;
            this.pages = new StatePages(table, CACHE_BYTES, damages::add);
            this.states = new StateCheckpoints(pages, NO_UPKEEP);
        }

        ServiceSnapshot save(long sequence) throws IOException {
            ServiceSnapshot kept = states.save(ServiceSnapshot.of(sequence, data(sequence), Optional.of(store.tree())));
            store.replace(kept.tree().orElseThrow());
            return kept;
        }

        void collectAll() throws IOException {
            while (pages.collect()) {
                // It goes on a few at a time.
            }
        }
    }

    private static ByteString data(long sequence) {
        return ByteString.copyFromUtf8("sessions at " + sequence);
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("account/" + number);
    }

    private static TreeMap<ByteString, ByteString> entries(MerkleTree tree) {
        TreeMap<ByteString, ByteString> entries = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        tree.entries().forEach(entry -> entries.put(entry.key(), entry.value()));
        return entries;
    }

    /** Whatever was acknowledged is there after every crash, as it was, and nothing is there that nobody needs. */
    @Property(tries = 150)
    void isWhatItWasAfterACrashAtAnyWrite(
            @ForAll Random random, @ForAll @IntRange(min = 1, max = 12) int writesInAIncarnation) throws IOException {
        Map<Long, Map<ByteString, ByteString>> acknowledged = new HashMap<>();
        Map<ByteString, ByteString> model = new HashMap<>();
        Incarnation incarnation = new Incarnation(new MemoryTable());
        long sequence = 0;
        long released = 0;
        for (int incarnations = 0; incarnations < 4; incarnations++) {
            incarnation.table.crashAfter(random.nextInt(writesInAIncarnation));
            Map<ByteString, ByteString> attempted = new HashMap<>(model);
            try {
                for (int checkpoints = 0; checkpoints < 6; checkpoints++) {
                    writeSome(random, incarnation.store, attempted);
                    incarnation.save(sequence + 1);
                    sequence++;
                    acknowledged.put(sequence, Map.copyOf(attempted));
                    if (random.nextInt(3) > 0) {
                        long below = sequence - random.nextInt(2);
                        released = Math.max(released, below);
                        incarnation.states.release(below, Set.of());
                    }
                    if (random.nextBoolean()) {
                        incarnation.pages.collect();
                    }
                }
            } catch (MemoryTable.Crash e) {
                // The next incarnation begins.
            }
            incarnation = new Incarnation(incarnation.table.afterCrash(random.nextInt(4)));
            assertConsistent(incarnation);
            long newest = check(incarnation, acknowledged, released, sequence, attempted);
            ServiceSnapshot start = incarnation.states.recover().isEmpty()
                    ? null
                    : incarnation
                            .states
                            .recover()
                            .get(incarnation.states.recover().size() - 1);
            sequence = newest;
            model = start == null ? new HashMap<>() : entries(start.tree().orElseThrow());
            if (start != null) {
                acknowledged.put(newest, Map.copyOf(model));
                incarnation.store.replace(incarnation.states.save(start).tree().orElseThrow());
            }
        }
        incarnation.store.put(key(1), ByteString.copyFromUtf8("the last"));
        incarnation.save(sequence + 1);
        incarnation.states.release(sequence + 1, Set.of());
        incarnation.collectAll();
        assertConsistent(incarnation);
        assertThat(pagesIn(incarnation.table))
                .isEqualTo(reachable(incarnation, incarnation.store.tree().root()));
        assertThat(damages).isEmpty();
    }

    private static void writeSome(Random random, MerkleStateStore store, Map<ByteString, ByteString> model) {
        for (int i = random.nextInt(30); i >= 0; i--) {
            ByteString key = key(random.nextInt(60));
            if (random.nextInt(4) == 0) {
                store.delete(key);
                model.remove(key);
            } else {
                // Few values, so that nodes come back that were there before, and of lengths on both sides of what is
                // inlined.
                ByteString value = ByteString.copyFromUtf8("v".repeat(random.nextInt(3) * 40) + random.nextInt(3));
                store.put(key, value);
                model.put(key, value);
            }
        }
    }

    /** Returns the newest checkpoint that is there. */
    private static long check(
            Incarnation incarnation,
            Map<Long, Map<ByteString, ByteString>> acknowledged,
            long released,
            long lastAcknowledged,
            Map<ByteString, ByteString> attempted) {
        long newest = 0;
        Set<Long> found = new HashSet<>();
        for (ServiceSnapshot snapshot : incarnation.states.recover()) {
            newest = snapshot.sequence();
            found.add(newest);
            Map<ByteString, ByteString> expected = newest > lastAcknowledged ? attempted : acknowledged.get(newest);
            assertThat(entries(snapshot.tree().orElseThrow())).isEqualTo(expected);
            assertThat(snapshot.data()).isEqualTo(data(newest));
        }
        for (long sequence = Math.max(1, released); sequence <= lastAcknowledged; sequence++) {
            assertThat(found).contains(sequence);
        }
        return newest;
    }

    /**
     * Every page has its digest. All that a checkpoint refers to is there; and if nothing is suspected, nothing else
     * is.
     */
    private static void assertConsistent(Incarnation incarnation) throws IOException {
        Set<Digest> there = pagesIn(incarnation.table);
        for (Digest digest : there) {
            NodePage page = NodePage.decode(ByteString.copyFrom(incarnation.table.get(StateBatch.pageKey(digest))))
                    .orElseThrow();
            assertThat(page.digest()).isEqualTo(digest);
        }
        Set<Digest> needed = new HashSet<>();
        for (ServiceSnapshot snapshot : incarnation.states.recover()) {
            needed.addAll(reachable(incarnation, snapshot.tree().orElseThrow().root()));
        }
        assertThat(there).containsAll(needed);
        int[] suspects = {0};
        incarnation.table.scan(StateBatch.SUSPECT, (key, value) -> suspects[0]++);
        if (suspects[0] == 0) {
            assertThat(there).isEqualTo(needed);
        }
        for (Digest digest : there) {
            // What counts as whole, is.
            if (incarnation.pages.contains(digest)) {
                assertThat(there).containsAll(incarnation.pages.load(digest).below());
            }
        }
    }

    private static Set<Digest> pagesIn(MemoryTable table) throws IOException {
        Set<Digest> digests = new HashSet<>();
        table.scan((byte) 'n', (key, value) -> digests.add(StateBatch.digestOf(key)));
        return digests;
    }

    private static Set<Digest> reachable(Incarnation incarnation, StateRoot root) {
        Set<Digest> reachable = new HashSet<>();
        List<Digest> open = new ArrayList<>();
        if (!root.equals(StateRoot.EMPTY)) {
            open.add(root.digest());
        }
        while (!open.isEmpty()) {
            Digest next = open.remove(open.size() - 1);
            if (reachable.add(next)) {
                open.addAll(incarnation.pages.load(next).below());
            }
        }
        return reachable;
    }

    @Test
    void aCheckpointWritesWhatChangedAndNotWhatThereIs() throws IOException {
        Incarnation incarnation = new Incarnation(new MemoryTable());
        for (int i = 0; i < 20_000; i++) {
            incarnation.store.put(key(i), ByteString.copyFromUtf8("value " + i));
        }
        incarnation.save(1);
        Set<Digest> before = pagesIn(incarnation.table);
        incarnation.store.put(key(777), ByteString.copyFromUtf8("changed"));
        incarnation.save(2);
        Set<Digest> added = pagesIn(incarnation.table);
        added.removeAll(before);
        assertThat(before.size()).isGreaterThan(2_000);
        // One for each half of a byte in which keys differ on the way.
        assertThat(added.size()).isBetween(3, 12);
        incarnation.states.release(2, Set.of());
        incarnation.collectAll();
        assertConsistent(incarnation);
        assertThat(pagesIn(incarnation.table)).hasSameSizeAs(before);
    }

    @Test
    void aStateIsReadWhileAnotherIsWritten() throws IOException {
        Incarnation incarnation = new Incarnation(new MemoryTable());
        incarnation.store.put(key(1), ByteString.copyFromUtf8("one"));
        ServiceSnapshot first = incarnation.save(1);
        incarnation.store.put(key(1), ByteString.copyFromUtf8("two"));
        incarnation.save(2);
        incarnation.collectAll();
        assertThat(first.tree().orElseThrow().get(key(1))).contains(ByteString.copyFromUtf8("one"));
        assertThat(incarnation.store.get(key(1))).contains(ByteString.copyFromUtf8("two"));
    }

    /** What the service goes on with is read without asking: it stays, even if the group is far ahead. */
    @Test
    void theStateThatIsGoneOnWithIsNotRemoved() throws IOException {
        Incarnation incarnation = new Incarnation(new MemoryTable());
        for (int i = 0; i < 100; i++) {
            incarnation.store.put(key(i), ByteString.copyFromUtf8("value " + i));
        }
        incarnation.save(1);
        incarnation.states.release(1_000, Set.of());
        incarnation.collectAll();
        assertThat(entries(incarnation.store.tree())).hasSize(100);
    }

    @Test
    void aPartThatIsNotAsItWasWrittenIsNoticed() throws IOException {
        Incarnation incarnation = new Incarnation(new MemoryTable());
        incarnation.store.put(key(1), ByteString.copyFromUtf8("one"));
        incarnation.store.put(key(2), ByteString.copyFromUtf8("two"));
        Digest root = incarnation.save(1).tree().orElseThrow().root().digest();
        byte[] written = incarnation.table.get(StateBatch.pageKey(root));
        MerkleStateStore other = new MerkleStateStore();
        other.put(key(1), ByteString.copyFromUtf8("one"));
        other.put(key(2), ByteString.copyFromUtf8("2"));
        byte[] flipped = written.clone();
        flipped[flipped.length - 1] ^= 1;
        for (byte[] wrong : new byte[][] {null, {}, flipped, page(other.tree())}) {
            Incarnation next = new Incarnation(incarnation.table.afterCrash(0));
            next.table.damage(StateBatch.pageKey(root), wrong);
            MerkleTree tree = next.states.recover().get(0).tree().orElseThrow();
            assertThatThrownBy(() -> tree.get(key(2))).isInstanceOf(UnreadableStateError.class);
        }
        assertThat(damages).hasSize(4);
    }

    private static byte[] page(MerkleTree tree) {
        List<NodePage> pages = new ArrayList<>();
        NodePage.forEachNew(tree, digest -> false, pages::add);
        return pages.get(pages.size() - 1).encode().toByteArray();
    }

    @Test
    void aLargeStateIsWrittenInPartsAndACrashBetweenThemLeavesNothing() throws IOException {
        for (int crashAfter = 0; crashAfter < 4; crashAfter++) {
            Incarnation incarnation = new Incarnation(new MemoryTable());
            for (int i = 0; i < 12; i++) {
                incarnation.store.put(
                        key(i), ByteString.copyFrom(new byte[1 << 20]).concat(ByteString.copyFromUtf8("")));
            }
            incarnation.table.crashAfter(crashAfter);
            try {
                incarnation.save(1);
                assertThat(incarnation.table.writes())
                        .isLessThanOrEqualTo(crashAfter)
                        .isGreaterThan(1);
            } catch (MemoryTable.Crash e) {
                Incarnation next = new Incarnation(incarnation.table.afterCrash(crashAfter));
                assertThat(next.states.recover()).isEmpty();
                assertConsistent(next);
                next.store.put(key(1), ByteString.copyFromUtf8("one"));
                next.save(1);
                next.collectAll();
                assertThat(pagesIn(next.table)).hasSize(1);
            }
        }
    }
}
