package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.network.wire.MessageType;

/**
 * What proves a request: a vector of MACs, one for each replica, or a signature, or the one before the other. The MACs
 * cover the signature, and whether there is one: else whoever passes a request on could spoil the signature, and the
 * client would look like the liar.
 *
 * <p>Immutable.
 *
 * @param vector empty where requests carry none
 * @param signature empty where this one carries none
 */
public record RequestAuthenticator(ByteString vector, ByteString signature) {

    /** Length of an Ed25519 signature in bytes. */
    public static final int SIGNATURE_BYTES = 64;

    /** In place of the type of a message in what MACs cover; no message has it. */
    public static final int SIGNED_REQUEST = 4;

    /** Of a request that is made, by its client. */
    public static RequestAuthenticator of(
            Authentication client, ByteString payload, boolean putsVector, boolean isSigned) {
        ByteString signature = isSigned ? client.sign(MessageType.REQUEST_VALUE, payload) : ByteString.EMPTY;
        ByteString vector =
                putsVector ? client.macVector(type(signature), covered(payload, signature)) : ByteString.EMPTY;
        return new RequestAuthenticator(vector, signature);
    }

    /**
     * Takes one apart.
     *
     * @param vectorBytes how long its vector is, or 0 where requests carry none
     * @return empty if it has another length than any may have
     */
    public static Optional<RequestAuthenticator> parse(ByteString bytes, int vectorBytes) {
        int rest = bytes.size() - vectorBytes;
        return rest == 0 || rest == SIGNATURE_BYTES
                ? Optional.of(new RequestAuthenticator(bytes.substring(0, vectorBytes), bytes.substring(vectorBytes)))
                : Optional.empty();
    }

    /** The bytes that stand in the envelope. */
    public ByteString bytes() {
        return vector.concat(signature);
    }

    /** Whether it carries a signature, be it good or bad. */
    public boolean isSigned() {
        return !signature.isEmpty();
    }

    /** Whether the client made the MAC for this replica. */
    public boolean isMacGood(Authentication replica, NodeId client, ByteString payload) {
        return replica.verifyMacVector(client, type(signature), covered(payload, signature), vector);
    }

    private static int type(ByteString signature) {
        return signature.isEmpty() ? MessageType.REQUEST_VALUE : SIGNED_REQUEST;
    }

    private static ByteString covered(ByteString payload, ByteString signature) {
        return signature.isEmpty() ? payload : payload.concat(signature);
    }
}
