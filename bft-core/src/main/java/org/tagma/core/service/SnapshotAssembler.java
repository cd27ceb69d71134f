package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.tagma.core.Digest;

/**
 * A snapshot in the making: a certified manifest, and those chunks that are here. It never holds a byte that was not
 * checked against the manifest, nor more bytes than the manifest says.
 *
 * <p>Not thread-safe.
 */
final class SnapshotAssembler {

    private final SnapshotManifest manifest;

    /** By index; null where the chunk is missing. */
    private final List<ByteString> chunks;

    private int missing;

    /**
     * Starts with the chunks that are known already.
     *
     * @param known checked chunks, by digest; those that the manifest does not name are not used
     */
    SnapshotAssembler(SnapshotManifest manifest, Map<Digest, ByteString> known) {
        this.manifest = manifest;
        this.chunks = new ArrayList<>(Collections.nCopies(manifest.chunks().size(), null));
        this.missing = chunks.size();
        for (int index = 0; index < chunks.size(); index++) {
            ByteString chunk = known.get(manifest.chunks().get(index));
            if (chunk != null) {
                put(index, chunk);
            }
        }
    }

    /** Takes a missing chunk. Returns false, and takes nothing, if these are not its bytes. */
    boolean accept(int index, ByteString chunk) {
        if (!isMissing(index)) {
            throw new IllegalStateException("chunk " + index + " is not missing");
        }
        if (!manifest.matches(index, chunk)) {
            return false;
        }
        put(index, chunk);
        return true;
    }

    private void put(int index, ByteString chunk) {
        chunks.set(index, chunk);
        missing--;
    }

    boolean isMissing(int index) {
        return chunks.get(index) == null;
    }

    boolean isComplete() {
        return missing == 0;
    }

    int chunkCount() {
        return chunks.size();
    }

    int missingCount() {
        return missing;
    }

    /** The chunks that are here, by digest. */
    Map<Digest, ByteString> known() {
        Map<Digest, ByteString> known = new TreeMap<>();
        for (int index = 0; index < chunks.size(); index++) {
            if (!isMissing(index)) {
                known.put(manifest.chunks().get(index), chunks.get(index));
            }
        }
        return known;
    }

    /** The whole snapshot; shares the bytes of the chunks. */
    ByteString assemble() {
        if (!isComplete()) {
            throw new IllegalStateException(missing + " chunks are missing");
        }
        return ByteString.copyFrom(chunks.stream().map(Objects::requireNonNull).toList());
    }
}
