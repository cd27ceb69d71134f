package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;

/**
 * Remembers signatures that were found good lately, so that a request that arrives first by itself and then in a
 * pre-prepare, or a view change that arrives first by itself and then in a new view, is checked once. Only good ones
 * are remembered, and by a digest of everything that was checked, so a hit proves as much as a check.
 *
 * <p>Bounded: two generations, the older of which is forgotten as a whole. Thread-safe.
 */
public final class VerifiedCache {

    /** What one costs, roughly. */
    private static final int BYTES_EACH = 150;

    private final IntSupplier capacity;
    private volatile Set<Digest> young = ConcurrentHashMap.newKeySet();
    private volatile Set<Digest> old = Set.of();

    /**
     * An empty cache.
     *
     * @param capacity how many signatures to remember at most, now
     */
    public VerifiedCache(IntSupplier capacity) {
        this.capacity = capacity;
    }

    /** How many signatures may be remembered in so many bytes. */
    public static int capacityOf(long bytes) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(2, bytes / BYTES_EACH));
    }

    /** The key of one signature of one payload by one sender. */
    public static Digest keyOf(NodeId sender, int type, ByteString payload, ByteString signature) {
        MessageDigest sha256 = Digest.sha256();
        // Lengths make the concatenation unambiguous.
        sha256.update(ByteBuffer.allocate(Byte.BYTES + 3 * Integer.BYTES)
                .put((byte) (sender instanceof NodeId.Replica ? 0 : 1))
                .putInt(sender.id())
                .putInt(type)
                .putInt(signature.size())
                .flip());
        sha256.update(signature.asReadOnlyByteBuffer());
        sha256.update(payload.asReadOnlyByteBuffer());
        return Digest.finished(sha256);
    }

    public boolean contains(Digest key) {
        return young.contains(key) || old.contains(key);
    }

    public void add(Digest key) {
        young.add(key);
        if (young.size() >= generationSize()) {
            turnOver();
        }
    }

    private int generationSize() {
        return Math.max(1, capacity.getAsInt() / 2);
    }

    private synchronized void turnOver() {
        if (young.size() >= generationSize()) {
            old = young;
            young = ConcurrentHashMap.newKeySet();
        }
    }
}
