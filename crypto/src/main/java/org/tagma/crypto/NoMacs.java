package org.tagma.crypto;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;

/**
 * Authentication whose MACs are empty, for a cluster that relies on its connections: those are sealed by keys of their
 * own, and what comes on one is its other end's word. Signatures are as they are.
 *
 * <p>Immutable, thread-safe.
 */
public final class NoMacs implements Authentication {

    private final Authentication signatures;

    /** The same as another, but for MACs. */
    public NoMacs(Authentication signatures) {
        this.signatures = signatures;
    }

    @Override
    public NodeId self() {
        return signatures.self();
    }

    @Override
    public int replicas() {
        return signatures.replicas();
    }

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        return signatures.sign(messageType, payload);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        return signatures.verifySignature(sender, messageType, payload, signature);
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        return ByteString.EMPTY;
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return mac.isEmpty();
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        return ByteString.EMPTY;
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        return vector.isEmpty();
    }
}
