package org.tagma.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.PrivateKey;
import java.security.SecureRandom;
import org.tagma.crypto.hash.Hkdf;

/**
 * The private keys of a node: one Ed25519 seed, from which the X25519 key follows, so that one file holds an identity.
 *
 * <p>Immutable, thread-safe. {@code toString} shows the public keys only.
 */
public final class NodeKeys {
    private static final byte[] X25519_INFO = Hkdf.label("tagma x25519");
    private static final CryptoProvider PORTABLE = new BouncyCastleProvider();

    private final byte[] seed;
    private final byte[] x25519PrivateKey;
    private final PublicKeys publicKeys;

    private NodeKeys(byte[] seed) {
        this.seed = seed;
        this.x25519PrivateKey = Hkdf.expand(Hkdf.extract(new byte[0], seed), X25519_INFO, CryptoProvider.KEY_BYTES);
        this.publicKeys = new PublicKeys(
                PORTABLE.newKeyPair(seed).publicKey(),
                UnsafeByteOperations.unsafeWrap(PORTABLE.x25519PublicKey(x25519PrivateKey)));
    }

    /**
     * The keys of a seed: 32 bytes that nobody can guess.
     *
     * @throws IllegalArgumentException if it has another length
     */
    public static NodeKeys fromSeed(ByteString seed) {
        return new NodeKeys(seed.toByteArray());
    }

    /** New keys. */
    public static NodeKeys generate(SecureRandom random) {
        byte[] seed = new byte[CryptoProvider.SEED_BYTES];
        random.nextBytes(seed);
        return new NodeKeys(seed);
    }

    /** What the others may know. */
    public PublicKeys publicKeys() {
        return publicKeys;
    }

    /** The key that signs, in the given provider's form. */
    public SigningKey signingKey(CryptoProvider provider) {
        return provider.newKeyPair(seed);
    }

    /** The key that signs, in the JDK's form, as TLS wants it. */
    public PrivateKey tlsPrivateKey() {
        return Ed25519Encoding.privateKey(seed);
    }

    /** The private X25519 key, not to be kept or changed. */
    byte[] x25519PrivateKey() {
        return x25519PrivateKey;
    }

    /** The X25519 shared secret with a peer, not yet fit for use as a key. */
    byte[] sharedSecret(PublicKeys peer, CryptoProvider provider) {
        return provider.x25519(x25519PrivateKey, peer.x25519().toByteArray());
    }

    /** The unencrypted PKCS#8 encoding of the seed. */
    byte[] pkcs8() {
        return Ed25519Encoding.pkcs8(seed);
    }

    @Override
    public String toString() {
        return "NodeKeys[" + publicKeys + "]";
    }
}
