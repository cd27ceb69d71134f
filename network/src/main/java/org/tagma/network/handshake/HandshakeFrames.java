package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.NoiseCipher;
import org.tagma.crypto.NoiseIk;

/** The frames of a handshake after the hello: a byte that says what it is, then the rest. */
public final class HandshakeFrames {
    /** What the responder wants proved: bytes that it has never sent before. */
    public static final byte CHALLENGE = 1;

    /** The initiator's proof over hello and challenge. */
    public static final byte PROOF = 2;

    /** The first message of Noise. */
    public static final byte FIRST = 3;

    /** The second message of Noise. */
    public static final byte SECOND = 4;

    /** Under the connection's keys: the initiator is there now. */
    public static final byte CONFIRMATION = 5;

    /** The responder's reason to go no further. */
    public static final byte REFUSED = 6;

    static final int CHALLENGE_BYTES = 16;

    /** The largest frame of one who has not proved to belong to the cluster: a hello with the longest cluster id. */
    static final int MAX_STRANGER_FRAME_BYTES = 128;

    /** The longest text of agreed settings. */
    static final int MAX_SETTINGS_BYTES = 4_096;

    /** The largest frame of one who has. */
    static final int MAX_MEMBER_FRAME_BYTES = 1 + NoiseIk.FIRST_OVERHEAD_BYTES + MAX_SETTINGS_BYTES;

    private static final ByteString DOMAIN =
            ByteString.copyFrom("tagma connection".getBytes(StandardCharsets.US_ASCII));

    private HandshakeFrames() {}

    public static ByteString of(byte kind, ByteString body) {
        return UnsafeByteOperations.unsafeWrap(new byte[] {kind}).concat(body);
    }

    static boolean is(byte kind, ByteString frame) {
        return frame.byteAt(0) == kind;
    }

    public static ByteString body(ByteString frame) {
        return frame.substring(1);
    }

    /**
     * What is proved, and what Noise has as its prologue: version, cluster, epoch, both identities and the challenge of
     * this very connection. A hello says its own length, so the two cannot be confused.
     */
    public static ByteString transcript(ByteString hello, ByteString challenge) {
        return DOMAIN.concat(hello).concat(challenge);
    }

    static {
        if (1 + ConnectionKeys.PROOF_BYTES > MAX_STRANGER_FRAME_BYTES
                || MAX_MEMBER_FRAME_BYTES > NoiseCipher.MAX_SEALED_BYTES) {
            throw new IllegalStateException("a handshake does not fit its frames");
        }
    }
}
