package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.Message;
import org.tagma.core.state.StateProof;
import org.tagma.core.state.StateView;
import org.tagma.network.wire.CertifiedProofPayload;
import org.tagma.protocol.InvalidMessageException;

/**
 * The proof of one value at a stable checkpoint, as one replica gives it and a file keeps it: the checkpoint's
 * certificate, the manifest that its digest is of, and the way from the manifest's root to the value. Nothing in it is
 * to be believed before it was checked.
 *
 * <p>Immutable.
 *
 * @param proof the key, and the way to it
 * @param manifest of the checkpoint
 * @param certificate the payload of a STABLE_CHECKPOINT
 */
public record CertifiedProof(StateProof proof, ByteString manifest, ByteString certificate) {

    /** How the operation of a query for such a proof begins; the key follows. The state machine never sees it. */
    public static final ByteString QUESTION = ByteString.copyFromUtf8("\u0000tagma-admin/prove/");

    /** The longest proof: a path as deep as keys are long. */
    private static final int MAX_BYTES = 1 << 24;

    private static final StrictParser<CertifiedProofPayload> PARSER =
            new StrictParser<>(CertifiedProofPayload.parser());

    /** A proof by a replica that holds the certificate as a message. */
    public static CertifiedProof of(StateProof proof, ByteString manifest, Message certificate) {
        return new CertifiedProof(proof, manifest, MessageCodec.encodePayload(certificate));
    }

    /** The bytes to send, or to keep. */
    public ByteString encode() {
        return CertifiedProofPayload.newBuilder()
                .setKey(proof.key())
                .setPath(proof.path())
                .setManifest(manifest)
                .setCertificate(certificate)
                .build()
                .toByteString();
    }

    /** Reads what {@link #encode} wrote. */
    public static Decoded<CertifiedProof> decode(ByteString bytes) {
        try {
            CertifiedProofPayload payload = PARSER.parse(Checks.sizeAtMost("bytes of a proof", bytes, MAX_BYTES));
            ByteString key = Checks.sizeAtMost("bytes of a key", payload.getKey(), StateView.MAX_KEY_BYTES);
            return new Decoded.Ok<>(new CertifiedProof(
                    new StateProof(key, payload.getPath()), payload.getManifest(), payload.getCertificate()));
        } catch (InvalidMessageException rejection) {
            return Decoded.rejected(rejection);
        }
    }
}
