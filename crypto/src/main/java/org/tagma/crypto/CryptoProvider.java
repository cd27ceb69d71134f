package org.tagma.crypto;

import com.google.protobuf.ByteString;
import org.tagma.crypto.hash.Hkdf;

/**
 * An implementation of Ed25519 (RFC 8032) and X25519 (RFC 7748).
 *
 * <p>All providers give the same verdict on every public key and every signature, well-formed or not, because replicas
 * that disagreed on whether a request is signed would disagree on the order of requests. "Taming the many EdDSAs"
 * (Chalkias, Garillot, Nikolaenko 2020) shows how far libraries drift apart when left to themselves; the common rules
 * are in {@link VerificationKey} and {@link #verificationKey}.
 *
 * <p>Thread-safe, and so are the keys it makes.
 */
public interface CryptoProvider {
    /** Length of an Ed25519 seed (the private key of RFC 8032), in bytes. */
    int SEED_BYTES = 32;

    /** Length of an Ed25519 or X25519 public key and of an X25519 private key, in bytes. */
    int KEY_BYTES = 32;

    /** Length of an Ed25519 signature, in bytes. */
    int SIGNATURE_BYTES = 64;

    /** The name by which {@link CryptoProviders#byName} finds it, in lower case. */
    String name();

    /**
     * The key pair of a seed.
     *
     * @param seed 32 secret bytes; copied
     * @throws IllegalArgumentException if the seed has another length
     */
    SigningKey newKeyPair(byte[] seed);

    /**
     * Loads a public key, which is checked here once: 32 bytes, canonically encoded, on the curve, and of prime order
     * (so neither of small order nor with a small-order component).
     *
     * @throws InvalidPublicKeyException if it is none of a correct node
     */
    VerificationKey verificationKey(ByteString publicKey);

    /**
     * The X25519 public key of a private key.
     *
     * @param privateKey 32 bytes; clamped as in RFC 7748
     */
    byte[] x25519PublicKey(byte[] privateKey);

    /**
     * The X25519 shared secret.
     *
     * @param privateKey 32 bytes; clamped as in RFC 7748
     * @param publicKey the peer's 32 bytes
     * @return 32 bytes, not yet fit for use as a key: see {@link Hkdf}
     * @throws InvalidPublicKeyException if the shared secret is all zero, that is, if the public key is of small order
     */
    byte[] x25519(byte[] privateKey, byte[] publicKey);
}
