package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.StateRoot;

/**
 * The digests of a snapshot's chunks. Its own digest is the state digest; so whoever knows that from a certificate can
 * check the manifest, then each chunk by itself, whoever sent it.
 *
 * <p>Encoded with a fixed width, so that there is one encoding only: version (4 bytes), length of the snapshot (8),
 * size of a chunk (4), all big endian; for a service whose state is a Merkle tree the digest of its root (32) and how
 * many bytes it holds (8); then 32 bytes a chunk. Immutable.
 *
 * @param totalBytes length of the snapshot
 * @param chunks SHA-256 of each chunk, in order; all but the last have {@link #CHUNK_BYTES}
 * @param root of the tree that belongs to the snapshot, if there is one
 */
public record SnapshotManifest(long totalBytes, List<Digest> chunks, Optional<StateRoot> root) {

    /** Size of every chunk but the last, which may be smaller. */
    public static final int CHUNK_BYTES = 64 * 1024;

    private static final int OPAQUE_VERSION = 1;
    private static final int MERKLE_VERSION = 2;
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int ROOT_BYTES = Digest.LENGTH + Long.BYTES;

    public SnapshotManifest {
        chunks = List.copyOf(chunks);
        if (totalBytes < 0 || chunks.size() != chunkCount(totalBytes)) {
            throw new IllegalArgumentException(chunks.size() + " chunks do not make " + totalBytes + " bytes");
        }
    }

    /** The manifest of a snapshot that is the whole state. */
    public SnapshotManifest(long totalBytes, List<Digest> chunks) {
        this(totalBytes, chunks, Optional.empty());
    }

    /** Digests a snapshot chunk by chunk. */
    public static SnapshotManifest of(ByteString data) {
        return of(data, Optional.empty());
    }

    /** Digests a snapshot chunk by chunk, and adds the root of its tree. */
    public static SnapshotManifest of(ByteString data, Optional<StateRoot> root) {
        List<Digest> chunks = new ArrayList<>();
        for (int index = 0; index < chunkCount(data.size()); index++) {
            chunks.add(Digest.of(chunk(data, index)));
        }
        return new SnapshotManifest(data.size(), chunks, root);
    }

    /** Reads an encoded manifest; empty if the bytes are not one. */
    public static Optional<SnapshotManifest> parse(ByteString encoded) {
        if (encoded.size() < HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer in = encoded.asReadOnlyByteBuffer();
        int version = in.getInt();
        long totalBytes = in.getLong();
        int chunkBytes = in.getInt();
        int rootBytes = version == MERKLE_VERSION ? ROOT_BYTES : 0;
        int rest = encoded.size() - HEADER_BYTES - rootBytes;
        boolean good = (version == OPAQUE_VERSION || version == MERKLE_VERSION)
                && chunkBytes == CHUNK_BYTES
                && totalBytes >= 0
                && rest >= 0
                && rest % Digest.LENGTH == 0
                && rest / Digest.LENGTH == chunkCount(totalBytes);
        if (!good) {
            return Optional.empty();
        }
        Optional<StateRoot> root = Optional.empty();
        if (version == MERKLE_VERSION) {
            Digest digest = digest(in);
            long bytes = in.getLong();
            if (bytes < 0) {
                return Optional.empty();
            }
            root = Optional.of(new StateRoot(digest, bytes));
        }
        List<Digest> chunks = new ArrayList<>(rest / Digest.LENGTH);
        while (in.hasRemaining()) {
            chunks.add(digest(in));
        }
        return Optional.of(new SnapshotManifest(totalBytes, chunks, root));
    }

    private static Digest digest(ByteBuffer in) {
        return new Digest(ByteString.copyFrom(in, Digest.LENGTH));
    }

    /** The canonical bytes, which {@link #parse} reads. */
    public ByteString encode() {
        ByteBuffer bytes = ByteBuffer.allocate(
                        HEADER_BYTES + (root.isPresent() ? ROOT_BYTES : 0) + chunks.size() * Digest.LENGTH)
                .putInt(root.isPresent() ? MERKLE_VERSION : OPAQUE_VERSION)
                .putLong(totalBytes)
                .putInt(CHUNK_BYTES);
        root.ifPresent(state ->
                bytes.put(state.digest().bytes().asReadOnlyByteBuffer()).putLong(state.bytes()));
        chunks.forEach(chunk -> bytes.put(chunk.bytes().asReadOnlyByteBuffer()));
        return ByteString.copyFrom(bytes.flip());
    }

    /** The state digest. */
    public Digest digest() {
        return Digest.of(encode());
    }

    /** Whether these are the bytes of the chunk with this index. */
    boolean matches(int index, ByteString chunk) {
        // The length first: a longer chunk, whose digest cannot match, is not worth being digested.
        long length = Math.min(CHUNK_BYTES, totalBytes - (long) index * CHUNK_BYTES);
        return chunk.size() == length && Digest.of(chunk).equals(chunks.get(index));
    }

    static ByteString chunk(ByteString data, int index) {
        int start = Math.multiplyExact(index, CHUNK_BYTES);
        return data.substring(start, (int) Math.min(data.size(), (long) start + CHUNK_BYTES));
    }

    private static long chunkCount(long totalBytes) {
        return totalBytes / CHUNK_BYTES + (totalBytes % CHUNK_BYTES == 0 ? 0 : 1);
    }
}
