package org.tagma.network;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What both sides prove their identity over: a hash of both hellos and of the role of the side that proves. */
final class Transcript {
    private static final byte[] DOMAIN = "tagma handshake 1".getBytes(StandardCharsets.US_ASCII);

    private Transcript() {}

    /**
     * The hash that one side proves. Both nonces are in it, so a recorded proof is worth nothing later; the role is in it, so a
     * proof cannot be reflected to the one who made it.
     */
    static ByteString of(Role prover, ByteString initiatorHello, ByteString responderHello) {
        MessageDigest sha256 = sha256();
        sha256.update(DOMAIN);
        sha256.update((byte) prover.ordinal());
        for (ByteString hello : new ByteString[] {initiatorHello, responderHello}) {
            // A hello is at most 1 KiB, so two bytes of length keep the two apart.
            sha256.update((byte) (hello.size() >> 8));
            sha256.update((byte) hello.size());
            sha256.update(hello.asReadOnlyByteBuffer());
        }
        return ByteString.copyFrom(sha256.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Who made the connection, and who accepted it. The order is part of the protocol. */
    enum Role {
        INITIATOR,
        RESPONDER;

        Role other() {
            return this == INITIATOR ? RESPONDER : INITIATOR;
        }
    }
}
