package org.tagma.protocol;

import com.google.protobuf.ByteString;

/**
 * Says whether nodes really said what a message shows of them. The codec asks about every nested envelope before it
 * makes a Request or an Authenticated of it, and gives the exact bytes received.
 *
 * <p>Called on the thread that decodes, from the outside in, and not again once it refused. It may remember earlier
 * verdicts: the same checkpoints, for one, stand in many view changes. An unknown sender is a plain {@code false}.
 */
public interface NestedVerifier {

    /**
     * Whether {@code authenticator} is the replica's signature over this payload as a message of this type.
     *
     * @param sender the replica's id, 0..2^20-1, perhaps of no replica
     * @param type number of a {@link org.tagma.network.wire.MessageType}
     */
    boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator);

    /**
     * Whether {@code authenticator} proves that the client made this request.
     *
     * @param client the client's id, 0..2^20-1, perhaps of no client
     * @param type number of a {@link org.tagma.network.wire.MessageType}
     */
    boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator);
}
