package org.tagma.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** Bouncy Castle's low-level API: pure Java, so it runs everywhere. The portable default. Thread-safe. */
public final class BouncyCastleProvider implements CryptoProvider {
    /** The name of this provider. */
    public static final String NAME = "bouncycastle";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String toString() {
        return NAME;
    }

    @Override
    public SigningKey newKeyPair(byte[] seed) {
        return new KeyPair(checkLength("Ed25519 seed", seed, SEED_BYTES).clone());
    }

    @Override
    public VerificationKey verificationKey(ByteString publicKey) {
        Ed25519Rules.checkPublicKey(publicKey);
        return new PublicKey(publicKey);
    }

    @Override
    public byte[] x25519PublicKey(byte[] privateKey) {
        checkLength("X25519 private key", privateKey, KEY_BYTES);
        byte[] publicKey = new byte[KEY_BYTES];
        X25519.generatePublicKey(privateKey, 0, publicKey, 0);
        return publicKey;
    }

    @Override
    public byte[] x25519(byte[] privateKey, byte[] publicKey) {
        checkLength("X25519 private key", privateKey, KEY_BYTES);
        if (publicKey.length != KEY_BYTES) {
            throw new InvalidPublicKeyException(
                    "an X25519 public key is " + KEY_BYTES + " bytes long, not " + publicKey.length);
        }
        byte[] sharedSecret = new byte[KEY_BYTES];
        if (!X25519.calculateAgreement(privateKey, 0, publicKey, 0, sharedSecret, 0)) {
            throw new InvalidPublicKeyException("the X25519 public key is of small order");
        }
        return sharedSecret;
    }

    static byte[] checkLength(String what, byte[] bytes, int length) {
        if (bytes.length != length) {
            throw new IllegalArgumentException("an " + what + " is " + length + " bytes long, not " + bytes.length);
        }
        return bytes;
    }

    private static final class KeyPair implements SigningKey {
        private final byte[] seed;
        private final byte[] publicKey = new byte[KEY_BYTES];

        KeyPair(byte[] seed) {
            this.seed = seed;
            Ed25519.generatePublicKey(seed, 0, publicKey, 0);
        }

        @Override
        public ByteString publicKey() {
            return UnsafeByteOperations.unsafeWrap(publicKey);
        }

        @Override
        public byte[] sign(byte[] message) {
            byte[] signature = new byte[SIGNATURE_BYTES];
            Ed25519.sign(seed, 0, publicKey, 0, message, 0, message.length, signature, 0);
            return signature;
        }
    }

    private static final class PublicKey extends VerificationKey {
        private final Ed25519.PublicPoint point;

        PublicKey(ByteString publicKey) {
            super(publicKey);
            this.point = Ed25519.validatePublicKeyPartialExport(publicKey.toByteArray(), 0);
        }

        @Override
        boolean satisfiesEquation(byte[] message, byte[] signature) {
            // Bouncy Castle checks v(sB - R - kA) = 0 for a v that depends on the message and may be even, so it
            // accepts
            // some R that carry a small-order component, where the equation without v fails. The key is of prime order;
            // with R of prime order too, the two equations are the same.
            return Ed25519.verify(signature, 0, point, message, 0, message.length)
                    && Ed25519.validatePublicKeyFull(signature, 0);
        }
    }
}
