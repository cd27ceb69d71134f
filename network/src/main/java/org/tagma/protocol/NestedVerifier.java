package org.tagma.protocol;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.protocol.RequestProof;

/**
 * Says whether nodes really said what a message shows of them. The codec asks about every nested envelope before it
 * makes a Request or an Authenticated of it, and gives the exact bytes received.
 *
 * <p>Called on the thread that decodes, from the outside in, and not again once it refused. It may remember earlier
 * verdicts: the same checkpoints, for one, stand in many view changes. An unknown sender is
 * refused like a wrong proof.
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
     * What in {@code authenticator} proves that the client made this request; empty if it must not be read.
     *
     * @param client the client's id, 0..2^20-1, perhaps of no client
     * @param type number of a {@link org.tagma.network.wire.MessageType}
     */
    Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator);
}
