package org.tagma.crypto;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;

/** Authentication that leaves all to another, but for what an implementation overrides: to count or to time it. */
public interface ForwardingAuthentication extends Authentication {

    /** The one that does the work. */
    Authentication inner();

    @Override
    default NodeId self() {
        return inner().self();
    }

    @Override
    default int replicas() {
        return inner().replicas();
    }

    @Override
    default ByteString sign(int messageType, ByteString payload) {
        return inner().sign(messageType, payload);
    }

    @Override
    default boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        return inner().verifySignature(sender, messageType, payload, signature);
    }

    @Override
    default ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        return inner().mac(receiver, messageType, payload);
    }

    @Override
    default boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return inner().verifyMac(sender, messageType, payload, mac);
    }

    @Override
    default ByteString macVector(int messageType, ByteString payload) {
        return inner().macVector(messageType, payload);
    }

    @Override
    default boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        return inner().verifyMacVector(sender, messageType, payload, vector);
    }
}
