package org.tagma.benchmarks.micro;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.StateRoot;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.folder.DataFolder;

/**
 * What a checkpoint costs, as the state grows and the rate of writes stays: in milliseconds for a thousand writes and
 * the digest after them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = "-Xmx2g")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CheckpointBenchmark {

    /** Writes between two checkpoints. */
    private static final int WRITES = 1_000;

    private static final int VALUE_BYTES = 240;
    private static final int ENTRY_BYTES = VALUE_BYTES + 16;

    @Param({"1", "10", "100"})
    private int megabytes;

    private static final ByteString CLUSTER = ByteString.copyFrom(new byte[16]);

    private final MerkleStateStore store = new MerkleStateStore();
    private final Random random = new Random(1);
    private int entries;

    /** Fills the state. */
    @Setup
    public void fill() {
        entries = megabytes * 1_000_000 / ENTRY_BYTES;
        for (int number = 0; number < entries; number++) {
            write(number);
        }
        store.tree().root();
    }

    private void write(int number) {
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        store.put(ByteString.copyFromUtf8(String.format("key/%012d", number)), ByteString.copyFrom(value));
    }

    /** A checkpoint of a state in a Merkle tree. */
    @Benchmark
    public StateRoot merkle() {
        writeSome();
        return store.tree().root();
    }

    /** The same state on disk, as with {@code durability: sync}. */
    @State(Scope.Benchmark)
    public static class Disk {

        private Path folder;
        private DataFolder data;
        private LogStore log;
        private SnapshotStore states;
        private long sequence;

        /** Opens it, in a folder for temporary files. */
        @Setup
        public void open() throws IOException {
            folder = Files.createTempDirectory("tagma-checkpoint-benchmark-");
            DataFolder.initialize(folder, new DataFolder.Owner(CLUSTER, 0, 0));
            data = DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0));
            log = data.openLog(Durability.SYNC);
            states = data.openSnapshots(Durability.SYNC, true);
        }

        /** Removes it. */
        @TearDown
        public void close() throws IOException {
            states.close();
            log.close();
            try (Stream<Path> paths = Files.walk(folder)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }

        private MerkleTree checkpoint(MerkleTree tree) throws IOException {
            ServiceSnapshot kept = states.save(ServiceSnapshot.of(++sequence, ByteString.EMPTY, Optional.of(tree)));
            states.release(sequence - 1, Set.of());
            return kept.tree().orElseThrow();
        }
    }

    /** A checkpoint of a state in a Merkle tree, on disk; the one before the last is removed. */
    @Benchmark
    public MerkleTree merkleOnDisk(Disk disk) throws IOException {
        writeSome();
        MerkleTree kept = disk.checkpoint(store.tree());
        store.replace(kept);
        return kept;
    }

    /** A checkpoint of the same state as an opaque snapshot: all of it is written out and digested. */
    @Benchmark
    public SnapshotManifest opaque() {
        writeSome();
        return SnapshotManifest.of(store.tree().encode());
    }

    private void writeSome() {
        for (int i = 0; i < WRITES; i++) {
            write(random.nextInt(entries));
        }
    }
}
