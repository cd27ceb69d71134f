package org.tagma.replica.storage.state;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.Digest;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.StateRoot;
import org.tagma.replica.storage.SnapshotStore;

/**
 * The states of checkpoints whose services keep them as Merkle trees, in one {@link StateTable}: a record for each
 * checkpoint, which refers to the root of its tree, and the {@link StatePages} of all trees together. So a checkpoint
 * costs what changed since the one before, and is read back as far as it is needed.
 *
 * <p>A record: state digest (32 bytes), digest of the root (32), bytes in the tree (8), then the data of the snapshot;
 * under the sequence number. What is read back is digested again, down to the digest of the root.
 *
 * <p>One thread, but for {@link #nodes}.
 */
public final class StateCheckpoints implements SnapshotStore {

    private static final byte CHECKPOINT = 'c';
    private static final int HEADER_BYTES = 2 * Digest.LENGTH + Long.BYTES;
    private static final long NONE = -1;

    private final StatePages pages;
    private final Upkeep upkeep;

    /** The roots of what is kept. */
    private final TreeMap<Long, ServiceSnapshot> kept = new TreeMap<>();

    /** The state of this checkpoint is what the service goes on with: its pages are read without asking. */
    private long base = NONE;

    /** What goes on in the background while this is open. */
    public interface Upkeep {

        /** Throws if it had to stop. */
        void check() throws IOException;

        /** Stops it, and closes the table. */
        void close();
    }

    /**
     * Reads what is there.
     *
     * @throws IOException if it is not as it was written
     */
    public StateCheckpoints(StatePages pages, Upkeep upkeep) throws IOException {
        this.pages = pages;
        this.upkeep = upkeep;
        for (ServiceSnapshot snapshot : read(pages.table(), pages)) {
            kept.put(snapshot.sequence(), snapshot);
        }
        pages.garbage().open(keptTrees());
    }

    /** Reads the checkpoints of a table, in order; of their trees, nothing yet. */
    public static List<ServiceSnapshot> read(StateTable table, StatePages pages) throws IOException {
        List<ServiceSnapshot> found = new ArrayList<>();
        table.scan(
                CHECKPOINT,
                (key, value) -> found.add(decode(key, value, pages)
                        .orElseThrow(() -> new IOException("a checkpoint is not as it was written"))));
        return found;
    }

    private static byte[] key(long sequence) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(CHECKPOINT)
                .putLong(sequence)
                .array();
    }

    private static byte[] encode(ServiceSnapshot snapshot, StateRoot root) {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + snapshot.data().size());
        bytes.put(snapshot.stateDigest().bytes().asReadOnlyByteBuffer())
                .put(root.digest().bytes().asReadOnlyByteBuffer())
                .putLong(root.bytes());
        snapshot.data().copyTo(bytes);
        return bytes.array();
    }

    private static Optional<ServiceSnapshot> decode(byte[] key, byte[] value, NodeStore pages) {
        if (key.length != 1 + Long.BYTES || value.length < HEADER_BYTES) {
            return Optional.empty();
        }
        long sequence = ByteBuffer.wrap(key).getLong(1);
        ByteBuffer header = ByteBuffer.wrap(value);
        Digest stateDigest = new Digest(ByteString.copyFrom(header, Digest.LENGTH));
        Digest root = new Digest(ByteString.copyFrom(header, Digest.LENGTH));
        long bytes = header.getLong();
        if (sequence <= 0 || bytes < 0) {
            return Optional.empty();
        }
        MerkleTree tree = MerkleTree.stored(new StateRoot(root, bytes), pages);
        return Optional.of(ServiceSnapshot.of(sequence, ByteString.copyFrom(header), Optional.of(tree)))
                .filter(snapshot -> snapshot.stateDigest().equals(stateDigest));
    }

    @Override
    public List<ServiceSnapshot> recover() {
        return List.copyOf(kept.values());
    }

    @Override
    public ServiceSnapshot save(ServiceSnapshot snapshot) throws IOException {
        upkeep.check();
        long sequence = snapshot.sequence();
        ServiceSnapshot before = kept.get(sequence);
        if (before == null || !before.stateDigest().equals(snapshot.stateDigest())) {
            write(snapshot, Optional.ofNullable(before));
        }
        base = sequence;
        return kept.get(sequence);
    }

    private void write(ServiceSnapshot snapshot, Optional<ServiceSnapshot> before) throws IOException {
        MerkleTree tree = treeOf(snapshot);
        // Nothing is removed meanwhile: the new tree refers to pages of others.
        synchronized (pages) {
            StateBatch batch = pages.addNew(tree);
            batch.put(key(snapshot.sequence()), encode(snapshot, tree.root()));
            kept.put(snapshot.sequence(), snapshot.keptAs(MerkleTree.stored(tree.root(), pages)));
            pages.write(batch, keptTrees(), roots(before.stream()), true);
        }
    }

    private List<MerkleTree> keptTrees() {
        return kept.values().stream().map(StateCheckpoints::treeOf).toList();
    }

    private static MerkleTree treeOf(ServiceSnapshot snapshot) {
        return snapshot.tree()
                .orElseThrow(() -> new IllegalStateException("the state at " + snapshot.sequence() + " has no tree"));
    }

    private static List<Digest> roots(Stream<ServiceSnapshot> snapshots) {
        return snapshots
                .map(snapshot -> treeOf(snapshot).root())
                .filter(root -> !root.equals(StateRoot.EMPTY))
                .map(StateRoot::digest)
                .toList();
    }

    @Override
    public void release(long below, Set<Long> butNot) throws IOException {
        List<ServiceSnapshot> gone = kept.headMap(below, false).values().stream()
                .filter(snapshot -> snapshot.sequence() != base && !butNot.contains(snapshot.sequence()))
                .toList();
        if (gone.isEmpty()) {
            return;
        }
        StateBatch batch = new StateBatch();
        for (ServiceSnapshot snapshot : gone) {
            batch.delete(key(snapshot.sequence()));
            kept.remove(snapshot.sequence());
        }
        pages.write(batch, keptTrees(), roots(gone.stream()), false);
    }

    /** Makes a copy of all that is there, in a folder that is not there yet. */
    public void copyTo(Path target) throws IOException {
        pages.table().copyTo(target);
    }

    @Override
    public Optional<NodeStore> nodes() {
        return Optional.of(pages);
    }

    @Override
    public void close() {
        upkeep.close();
    }
}
