package org.tagma.network;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;

/**
 * Proves to a peer who we are, and checks its proof. Both are over a transcript that binds both identities, both roles and
 * both sides' fresh nonces, so a pairwise message authentication code is enough.
 *
 * <p>Called on the network thread; must be thread-safe if shared between transports, and cheap, since anyone can ask for it.
 */
public interface HandshakeAuthenticator {
    /** The message type under which a proof is authenticated; no message of the codec has it. */
    int MESSAGE_TYPE = 255;

    /** A proof, at most 512 bytes, that {@code remote} alone needs to be able to check. */
    ByteString prove(NodeId remote, ByteString transcript);

    /** Whether {@code proof} is {@code remote}'s over the transcript; {@code false} for nodes not in the cluster. */
    boolean verify(NodeId remote, ByteString transcript, ByteString proof);

    /** Proves identities by pairwise MACs. */
    static HandshakeAuthenticator byMacs(Mac mac, MacCheck check) {
        return new HandshakeAuthenticator() {
            @Override
            public ByteString prove(NodeId remote, ByteString transcript) {
                return mac.of(remote, MESSAGE_TYPE, transcript);
            }

            @Override
            public boolean verify(NodeId remote, ByteString transcript, ByteString proof) {
                return check.accepts(remote, MESSAGE_TYPE, transcript, proof);
            }
        };
    }

    /** Makes the MAC that one other node can check. */
    @FunctionalInterface
    interface Mac {
        ByteString of(NodeId receiver, int messageType, ByteString payload);
    }

    /** Checks a MAC that another node made for this one. */
    @FunctionalInterface
    interface MacCheck {
        boolean accepts(NodeId sender, int messageType, ByteString payload, ByteString mac);
    }
}
