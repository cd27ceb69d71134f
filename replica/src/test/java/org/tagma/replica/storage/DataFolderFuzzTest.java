package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.replica.storage.RocksLogStoreTest.recover;
import static org.tagma.replica.storage.RocksLogStoreTest.vote;
import static org.tagma.replica.storage.RocksLogStoreTest.write;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.StateEntry;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StateFolder;

/**
 * Whatever is done to the files of a data folder: it is refused in one line, or gives back exactly what was written.
 */
final class DataFolderFuzzTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("0123456789abcdef");
    private static final int ROUNDS = 250;

    @TempDir
    Path temporary;

    private Path original;
    private RecoveredLog whole;
    private List<ServiceSnapshot> snapshots;

    /** The entries of the states that are kept as trees, by sequence number. */
    private final Map<Long, List<StateEntry>> trees = new HashMap<>();

    private int treesRead;
    private int treesDamaged;

    @Test
    void damageIsNoticedOrHarmless() throws IOException {
        makeOriginal();
        SplittableRandom random = new SplittableRandom(20_261_123);
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Path folder = temporary.resolve("round-" + round);
            Tree.copy(original, folder);
            String damage = damage(folder, random);
            refused += isRefused(folder, damage) ? 1 : 0;
            Tree.delete(folder);
        }
        assertThat(refused).as("rounds in which the damage was refused").isGreaterThan(ROUNDS / 5);
        assertThat(treesRead).as("whole states read").isGreaterThan(ROUNDS);
        assertThat(treesDamaged).as("states with a part that could not be read").isPositive();
    }

    private void makeOriginal() throws IOException {
        original = temporary.resolve("original");
        DataFolder.initialize(original, new DataFolder.Owner(CLUSTER, 0, 0));
        for (long at = 1; at <= 5; at++) {
            write(original, vote(at), new Reservation(at, 100 + at));
        }
        MerkleStateStore store = new MerkleStateStore();
        for (long sequence : new long[] {6, 7}) {
            // Two incarnations: opening writes what is in the log of the database into a table, so both kinds of files
            // hold something.
            try (StateCheckpoints states = Tree.open(original)) {
                for (int i = 0; i < 300; i++) {
                    store.put(
                            ByteString.copyFromUtf8("account/" + i * sequence),
                            ByteString.copyFromUtf8(("value at " + sequence).repeat(i % 12)));
                }
                states.save(ServiceSnapshot.of(sequence, ByteString.EMPTY, Optional.of(store.tree())));
                trees.put(sequence, list(store.tree()));
            }
        }
        // After the trees, since opening those takes over what is in files.
        SnapshotFiles files = new SnapshotFiles(original);
        files.recover();
        files.save(ServiceSnapshot.of(3, ByteString.copyFromUtf8("state at 3 ".repeat(50))));
        files.save(ServiceSnapshot.of(5, ByteString.copyFromUtf8("state at 5 ".repeat(50))));
        whole = recover(original);
        snapshots = new SnapshotFiles(original).recover();
        assertThat(whole.records()).hasSize(6);
        assertThat(snapshots).hasSize(2);
    }

    private static String damage(Path folder, SplittableRandom random) throws IOException {
        List<Path> files = Tree.files(folder);
        Path file = files.get(random.nextInt(files.size()));
        Path other = files.get(random.nextInt(files.size()));
        byte[] bytes = Files.readAllBytes(file);
        switch (random.nextInt(bytes.length == 0 ? 2 : 5)) {
            case 0 -> {
                Files.delete(file);
                return "deleted " + file;
            }
            case 1 -> {
                byte[] others = Files.readAllBytes(other);
                Files.write(other, bytes);
                Files.write(file, others);
                return "swapped " + file + " and " + other;
            }
            case 2 -> {
                int length = random.nextInt(bytes.length);
                Files.write(file, Arrays.copyOf(bytes, length));
                return "truncated " + file + " to " + length;
            }
            case 3 -> {
                int at = random.nextInt(bytes.length);
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 64), (byte) 0);
                Files.write(file, bytes);
                return "zeroed 64 bytes of " + file + " at " + at;
            }
            default -> {
                int at = random.nextInt(bytes.length);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, bytes);
                return "flipped a bit of " + file + " at " + at;
            }
        }
    }

    private boolean isRefused(Path folder, String damage) throws IOException {
        boolean refused = false;
        try {
            RecoveredLog found = recover(folder);
            assertThat(found.records()).as(damage).isEqualTo(whole.records());
            assertThat(found.memory()).as(damage).isEqualTo(LogIntegrity.COMPLETE);
        } catch (DataFolderException e) {
            assertThat(e.getMessage()).as(damage).doesNotContain("\n");
            refused = true;
        }
        // A damaged state is fetched from the others: here, only what is whole may come back.
        assertThat(snapshots).as(damage).containsAll(new SnapshotFiles(folder).recover());
        readTrees(folder, damage);
        return refused;
    }

    /** What is read is what was written; otherwise nothing is. */
    private void readTrees(Path folder, String damage) throws IOException {
        try (StateCheckpoints states = Tree.open(folder)) {
            for (ServiceSnapshot snapshot : states.recover()) {
                if (!snapshot.tree().isPresent() || !trees.containsKey(snapshot.sequence())) {
                    throw new AssertionError(damage + " made a state at " + snapshot.sequence());
                }
                try {
                    assertThat(list(snapshot.tree().get())).as(damage).isEqualTo(trees.get(snapshot.sequence()));
                    treesRead++;
                } catch (UnreadableStateError e) {
                    assertThat(folder.resolve(StateFolder.DAMAGE_NOTE))
                            .as(damage)
                            .exists();
                    treesDamaged++;
                }
            }
        }
    }

    private static List<StateEntry> list(MerkleTree tree) {
        List<StateEntry> entries = new ArrayList<>();
        tree.entries().forEach(entries::add);
        return entries;
    }
}
