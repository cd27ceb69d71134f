package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;

/**
 * The digests of a snapshot's chunks. Its own digest is the state digest; so whoever knows that from a certificate can
 * check the manifest, then each chunk by itself, whoever sent it.
 *
 * <p>Encoded with a fixed width, so that there is one encoding only: version (4 bytes), length of the snapshot (8), size
 * of a chunk (4), all big endian, then 32 bytes a chunk. Immutable.
 *
 * @param totalBytes length of the snapshot
 * @param chunks SHA-256 of each chunk, in order; all but the last have {@link #CHUNK_BYTES}
 */
public record SnapshotManifest(long totalBytes, List<Digest> chunks) {

    /** Size of every chunk but the last, which may be smaller. */
    public static final int CHUNK_BYTES = 64 * 1024;

    private static final int VERSION = 1;
    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;

    public SnapshotManifest {
        chunks = List.copyOf(chunks);
        if (totalBytes < 0 || chunks.size() != chunkCount(totalBytes)) {
            throw new IllegalArgumentException(chunks.size() + " chunks do not make " + totalBytes + " bytes");
        }
    }

    /** Digests a snapshot chunk by chunk. */
    public static SnapshotManifest of(ByteString data) {
        List<Digest> chunks = new ArrayList<>();
        for (int index = 0; index < chunkCount(data.size()); index++) {
            chunks.add(Digest.of(chunk(data, index)));
        }
        return new SnapshotManifest(data.size(), chunks);
    }

    /** Reads an encoded manifest; empty if the bytes are not one. */
    public static Optional<SnapshotManifest> parse(ByteString encoded) {
        if (encoded.size() < HEADER_BYTES || (encoded.size() - HEADER_BYTES) % Digest.LENGTH != 0) {
            return Optional.empty();
        }
        ByteBuffer header = encoded.substring(0, HEADER_BYTES).asReadOnlyByteBuffer();
        int version = header.getInt();
        long totalBytes = header.getLong();
        int chunkBytes = header.getInt();
        int count = (encoded.size() - HEADER_BYTES) / Digest.LENGTH;
        if (version != VERSION || chunkBytes != CHUNK_BYTES || totalBytes < 0 || count != chunkCount(totalBytes)) {
            return Optional.empty();
        }
        List<Digest> chunks = new ArrayList<>(count);
        for (int at = HEADER_BYTES; at < encoded.size(); at += Digest.LENGTH) {
            chunks.add(new Digest(encoded.substring(at, at + Digest.LENGTH)));
        }
        return Optional.of(new SnapshotManifest(totalBytes, chunks));
    }

    /** The canonical bytes, which {@link #parse} reads. */
    public ByteString encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES + chunks.size() * Digest.LENGTH)
                .putInt(VERSION)
                .putLong(totalBytes)
                .putInt(CHUNK_BYTES);
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
