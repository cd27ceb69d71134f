package org.tagma.crypto;

import com.google.protobuf.ByteString;

/**
 * A checked Ed25519 public key. Made by {@link CryptoProvider#verificationKey}.
 *
 * <p>A signature (R, s) of a message M is valid under the key A exactly if it is 64 bytes long, s is below the group
 * order L, R is canonically encoded and not of small order, and sB = R + H(R, A, M)A holds without multiplying by the
 * cofactor. These rules are the same for every provider.
 *
 * <p>Thread-safe.
 */
public abstract class VerificationKey {
    private final ByteString publicKey;

    /** Only for keys that have passed {@link Ed25519Rules#checkPublicKey}. */
    VerificationKey(ByteString publicKey) {
        this.publicKey = publicKey;
    }

    /** The 32-byte public key. */
    public final ByteString publicKey() {
        return publicKey;
    }

    /** Whether the signature, of any length and content, is a valid one of the message under this key. */
    public final boolean verify(byte[] message, byte[] signature) {
        return Ed25519Rules.isWellFormedSignature(signature) && satisfiesEquation(message, signature);
    }

    /** Whether the cofactorless equation holds for a well-formed signature. */
    abstract boolean satisfiesEquation(byte[] message, byte[] signature);
}
