package org.tagma.core.service;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;

/**
 * The whole state of a {@link ReplicatedService} at a sequence number, ready to be voted for and handed out in chunks.
 *
 * <p>Immutable.
 *
 * @param sequence the last sequence number executed in it
 * @param stateDigest SHA-256 of the encoded manifest: what checkpoint votes name
 * @param manifest the digests of the chunks
 * @param data what {@link ReplicatedService#install} takes
 */
public record ServiceSnapshot(long sequence, Digest stateDigest, SnapshotManifest manifest, ByteString data) {

    /** Digests the bytes of a state. */
    public static ServiceSnapshot of(long sequence, ByteString data) {
        SnapshotManifest manifest = SnapshotManifest.of(data);
        return new ServiceSnapshot(sequence, manifest.digest(), manifest, data);
    }

    /** How much of it a replica that has nothing would have to fetch. */
    public long sizeBytes() {
        return data.size();
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
