package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.concurrent.atomic.AtomicInteger;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;

/** Counts the signatures that a node checks. */
record CountingAuthentication(Authentication real, AtomicInteger signatureChecks) implements Authentication {

    @Override
    public NodeId self() {
        return real.self();
    }

    @Override
    public int replicas() {
        return real.replicas();
    }

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        return real.sign(messageType, payload);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        signatureChecks.incrementAndGet();
        return real.verifySignature(sender, messageType, payload, signature);
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        return real.mac(receiver, messageType, payload);
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return real.verifyMac(sender, messageType, payload, mac);
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        return real.macVector(messageType, payload);
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        return real.verifyMacVector(sender, messageType, payload, vector);
    }
}
