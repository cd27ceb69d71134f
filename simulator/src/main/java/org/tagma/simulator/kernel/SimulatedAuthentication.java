package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;

/**
 * Authentication by keyed hashes, for simulations: thousands of times cheaper than signatures, with the same shape and
 * the same rules. The keys follow from the seed and are held by these objects; a simulated adversary gets the object of
 * the node that it controls and so can speak as that node only.
 *
 * <p>Immutable and thread-safe.
 */
public final class SimulatedAuthentication implements Authentication {

    private static final int SIGNATURE_BYTES = 64;

    private enum Purpose {
        SIGNATURE,
        MAC,
        VECTOR
    }

    private final NodeId self;
    private final int replicas;
    private final long secret;

    /**
     * The authentication of one node.
     *
     * @param replicas how many replicas the cluster has
     * @param secret the same for all nodes of a run; all keys derive from it
     */
    public SimulatedAuthentication(NodeId self, int replicas, long secret) {
        this.self = self;
        this.replicas = replicas;
        this.secret = secret;
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public int replicas() {
        return replicas;
    }

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        return spread(hash(Purpose.SIGNATURE, self, messageType, payload), SIGNATURE_BYTES);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        return isKnown(sender)
                && signature.size() == SIGNATURE_BYTES
                && isSpread(hash(Purpose.SIGNATURE, sender, messageType, payload), signature, 0, SIGNATURE_BYTES);
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        if (!isKnown(receiver)) {
            throw new IllegalArgumentException("the cluster has no " + receiver);
        }
        return spread(pairwise(hash(Purpose.MAC, self, messageType, payload), receiver), MAC_BYTES);
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return isKnown(sender)
                && mac.size() == MAC_BYTES
                && isSpread(pairwise(hash(Purpose.MAC, sender, messageType, payload), self), mac, 0, MAC_BYTES);
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        long hash = hash(Purpose.VECTOR, self, messageType, payload);
        ByteBuffer vector = ByteBuffer.allocate(replicas * MAC_BYTES);
        for (int id = 0; id < replicas; id++) {
            spread(pairwise(hash, new NodeId.Replica(id)), MAC_BYTES, vector);
        }
        return UnsafeByteOperations.unsafeWrap(vector.array());
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        if (!isKnown(sender) || !(self instanceof NodeId.Replica) || vector.size() != replicas * MAC_BYTES) {
            return false;
        }
        long hash = pairwise(hash(Purpose.VECTOR, sender, messageType, payload), self);
        return isSpread(hash, vector, self.id() * MAC_BYTES, MAC_BYTES);
    }

    private boolean isKnown(NodeId node) {
        return node instanceof NodeId.Client || node.id() < replicas;
    }

    private long hash(Purpose purpose, NodeId sender, int messageType, ByteString payload) {
        long key = KeyedHash.mix(
                secret + purpose.ordinal(),
                ((long) messageType << Integer.SIZE) | Integer.toUnsignedLong(number(sender)));
        return KeyedHash.of(key, payload);
    }

    private long pairwise(long hash, NodeId receiver) {
        return KeyedHash.mix(hash, KeyedHash.mix(secret, number(receiver)));
    }

    private static int number(NodeId node) {
        return node instanceof NodeId.Replica ? node.id() : ~node.id();
    }

    /** Whether this is there what {@link #spread} makes of the hash. */
    private static boolean isSpread(long hash, ByteString proof, int from, int length) {
        ByteBuffer bytes = proof.asReadOnlyByteBuffer();
        int start = bytes.position() + from;
        long word = hash;
        for (int at = start; at < start + length; at += Long.BYTES) {
            if (bytes.getLong(at) != word) {
                return false;
            }
            word = KeyedHash.mix(word, hash);
        }
        return true;
    }

    private static ByteString spread(long hash, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        spread(hash, length, bytes);
        return UnsafeByteOperations.unsafeWrap(bytes.array());
    }

    /** Every byte follows from the hash, so no other proof of the right length is a proof. */
    private static void spread(long hash, int length, ByteBuffer out) {
        long word = hash;
        for (int written = 0; written < length; written += Long.BYTES) {
            out.putLong(word);
            word = KeyedHash.mix(word, hash);
        }
    }
}
