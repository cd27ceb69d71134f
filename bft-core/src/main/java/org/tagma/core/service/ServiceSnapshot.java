package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;

/**
 * The whole state of a {@link ReplicatedService} at a sequence number, ready to be voted for and handed out in chunks.
 *
 * <p>Immutable.
 *
 * @param sequence the last sequence number executed in it
 * @param stateDigest SHA-256 of the encoded manifest: what checkpoint votes name
 * @param manifest the digests of the chunks
 * @param data what {@link ReplicatedService#install} takes
 * @param tree the state machine's state, if it is a {@link MerkleStateMachine}; else it is in {@code data}
 */
public record ServiceSnapshot(
        long sequence, Digest stateDigest, SnapshotManifest manifest, ByteString data, Optional<MerkleTree> tree) {

    private static final byte WITH_TREE = 1;

    /** Digests the bytes of a state that is in them as a whole. */
    public static ServiceSnapshot of(long sequence, ByteString data) {
        return of(sequence, data, Optional.empty());
    }

    /** Digests a state; of the tree, only what changed since its digest was last computed. */
    public static ServiceSnapshot of(long sequence, ByteString data, Optional<MerkleTree> tree) {
        SnapshotManifest manifest = SnapshotManifest.of(data, tree.map(MerkleTree::root));
        return new ServiceSnapshot(sequence, manifest.digest(), manifest, data, tree);
    }

    /** The same, with its tree in the form in which a store has kept it. */
    public ServiceSnapshot keptAs(MerkleTree kept) {
        return new ServiceSnapshot(sequence, stateDigest, manifest, data, Optional.of(kept));
    }

    /** How much of it a replica that has nothing would have to fetch. */
    public long sizeBytes() {
        return data.size() + tree.map(MerkleTree::bytes).orElse(0L);
    }

    /** All of it in one piece, to be kept on disk; {@link #decode} reads it. */
    public ByteString encode() {
        ByteString head = BigEndian.ofLong(data.size()).concat(data);
        return tree.map(state ->
                        head.concat(ByteString.copyFrom(new byte[] {WITH_TREE})).concat(state.encode()))
                .orElse(head);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @return empty if the bytes are no state; otherwise one that is as good as its {@link #stateDigest}, which is
     *     computed from all of it
     */
    public static Optional<ServiceSnapshot> decode(long sequence, ByteString bytes) {
        if (bytes.size() < Long.BYTES) {
            return Optional.empty();
        }
        long length = bytes.asReadOnlyByteBuffer().getLong();
        ByteString rest = bytes.substring(Long.BYTES);
        if (length < 0 || length > rest.size()) {
            return Optional.empty();
        }
        ByteString data = rest.substring(0, (int) length);
        ByteString tree = rest.substring((int) length);
        if (tree.isEmpty()) {
            return Optional.of(of(sequence, data));
        }
        return tree.byteAt(0) == WITH_TREE
                ? MerkleTree.decode(tree.substring(1)).map(state -> of(sequence, data, Optional.of(state)))
                : Optional.empty();
    }

    /**
     * One chunk of the data; shares its bytes, copies nothing.
     *
     * @param index below the number of chunks in the manifest
     * @throws IndexOutOfBoundsException if there is no such chunk
     */
    public ByteString chunk(int index) {
        return SnapshotManifest.chunk(data, index);
    }
}
