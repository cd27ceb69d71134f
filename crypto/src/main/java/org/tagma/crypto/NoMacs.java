package org.tagma.crypto;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;

/**
 * Authentication whose MACs are empty, for a cluster that relies on its connections: those are sealed by keys of their
 * own, and what comes on one is its other end's word. Signatures are as they are.
 *
 * <p>Immutable, thread-safe.
 *
 * @param inner makes and checks the signatures
 */
public record NoMacs(Authentication inner) implements ForwardingAuthentication {

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
