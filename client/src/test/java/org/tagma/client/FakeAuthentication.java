package org.tagma.client;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;

/** Proofs that anyone could compute, and no test does by accident. */
record FakeAuthentication(NodeId self, int replicas) implements Authentication {

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        ByteString half = proof("signature", self, null, messageType, payload);
        return half.concat(half);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        ByteString half = proof("signature", sender, null, messageType, payload);
        return signature.equals(half.concat(half));
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        return proof("mac", self, receiver, messageType, payload).substring(0, MAC_BYTES);
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        return mac.equals(proof("mac", sender, self, messageType, payload).substring(0, MAC_BYTES));
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        ByteString vector = ByteString.EMPTY;
        for (int id = 0; id < replicas; id++) {
            vector = vector.concat(mac(new NodeId.Replica(id), messageType, payload));
        }
        return vector;
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        int start = self.id() * MAC_BYTES;
        return vector.size() == replicas * MAC_BYTES
                && verifyMac(sender, messageType, payload, vector.substring(start, start + MAC_BYTES));
    }

    private static ByteString proof(String kind, NodeId from, NodeId to, int type, ByteString payload) {
        String prefix = kind + "|" + from + "|" + to + "|" + type + "|";
        return Digest.of(ByteString.copyFromUtf8(prefix).concat(payload)).bytes();
    }
}
