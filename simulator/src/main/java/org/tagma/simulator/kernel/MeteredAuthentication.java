package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;

/** Authentication that tells of every signature made or checked. As thread-safe as who is told. */
public record MeteredAuthentication(Authentication inner, Runnable signature) implements Authentication {

    @Override
    public NodeId self() {
        return inner.self();
    }

    @Override
    public int replicas() {
        return inner.replicas();
    }

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        signature.run();
        return inner.sign(messageType, payload);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString proof) {
        signature.run();
        return inner.verifySignature(sender, messageType, payload, proof);
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        return inner.mac(receiver, messageType, payload);
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return inner.verifyMac(sender, messageType, payload, mac);
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        return inner.macVector(messageType, payload);
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        return inner.verifyMacVector(sender, messageType, payload, vector);
    }
}
