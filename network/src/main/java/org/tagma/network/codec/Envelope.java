package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.network.transport.PeerId;

/**
 * A frame taken apart: a payload not looked into yet, and a claim, not checked yet, of who authenticated it.
 *
 * <p>Immutable. The byte strings may be slices of the frame.
 *
 * @param sender who is said to have authenticated it, which need not be who delivered it
 * @param type what the payload is: the number of a {@link org.tagma.network.wire.MessageType}, 1..255
 * @param payload the bytes that were authenticated
 * @param authenticator the proof
 */
public record Envelope(NodeId sender, int type, ByteString payload, ByteString authenticator) {

    /** Whether it is a client's, and a replica that hands it on delivered it. */
    public boolean isRelayedBy(PeerId deliverer) {
        return deliverer instanceof PeerId.Replica && sender instanceof NodeId.Client;
    }
}
