package org.tagma.network;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.tagma.core.NodeId;

/** Proves with a hash under a secret that two nodes share; nodes made with another secret are impostors. */
record SecretAuthenticator(NodeId self, String secret) implements HandshakeAuthenticator {

    @Override
    public ByteString prove(NodeId remote, ByteString transcript) {
        return proof(self, remote, transcript);
    }

    @Override
    public boolean verify(NodeId remote, ByteString transcript, ByteString proof) {
        return proof(remote, self, transcript).equals(proof);
    }

    private ByteString proof(NodeId from, NodeId to, ByteString transcript) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update((secret + "|" + from + "|" + to + "|").getBytes(StandardCharsets.UTF_8));
            return ByteString.copyFrom(sha256.digest(transcript.toByteArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
