package org.tagma.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import org.tagma.crypto.hash.Hkdf;
import org.tagma.crypto.hash.Sha256;

/**
 * The handshake {@code Noise_IK_25519_AESGCM_SHA256} (Noise specification, revision 34): two messages, after which both
 * sides hold keys that nobody else has, not even one who learns both static keys later.
 *
 * <pre>
 *   &lt;- s
 *   ...
 *   -&gt; e, es, s, ss
 *   &lt;- e, ee, se
 * </pre>
 *
 * IK, because each side has the other's static key from the cluster file, and it asks for one round trip only. The
 * first message can be replayed: the responder knows that it speaks with the initiator when the first sealed message
 * arrives.
 *
 * <p>Not thread-safe. One object makes one handshake; its ephemeral key is used for nothing else.
 */
public final class NoiseIk {
    /** The name in the specification's notation; both sides begin by hashing it. */
    public static final String NAME = "Noise_IK_25519_AESGCM_SHA256";

    /** What the first message adds to its payload: the ephemeral key, the sealed static key, the payload's tag. */
    public static final int FIRST_OVERHEAD_BYTES = 2 * CryptoProvider.KEY_BYTES + 2 * NoiseCipher.TAG_BYTES;

    private static final byte[] NOTHING = new byte[0];
    private static final int HASH_BYTES = 32;
    private static final int SEALED_KEY_BYTES = CryptoProvider.KEY_BYTES + NoiseCipher.TAG_BYTES;

    private final boolean initiator;
    private final CryptoProvider provider;
    private final byte[] staticKey;
    private final byte[] remoteStatic;
    private final byte[] ephemeralKey;
    private byte[] remoteEphemeral = NOTHING;
    private byte[] chainingKey;
    private byte[] hash;
    private NoiseCipher cipher;

    /**
     * For one handshake.
     *
     * @param staticKey our private X25519 key
     * @param remoteStatic the public key of the only peer this handshake is for
     * @param ephemeralKey a private X25519 key that has never been used and never will be
     * @param prologue what both sides must see alike for the handshake to succeed
     */
    NoiseIk(
            boolean initiator,
            CryptoProvider provider,
            byte[] staticKey,
            byte[] remoteStatic,
            byte[] ephemeralKey,
            ByteString prologue) {
        this.initiator = initiator;
        this.provider = provider;
        this.staticKey = staticKey;
        this.remoteStatic = remoteStatic;
        this.ephemeralKey = ephemeralKey;
        this.hash = Arrays.copyOf(NAME.getBytes(StandardCharsets.US_ASCII), HASH_BYTES);
        this.chainingKey = hash;
        mixHash(prologue.toByteArray());
        mixHash(initiator ? remoteStatic : provider.x25519PublicKey(staticKey));
    }

    /** The keys of both directions, when both messages have passed. */
    public record Ciphers(NoiseCipher outbound, NoiseCipher inbound) {}

    /** This side's message with its payload, which only the peer can read. */
    public ByteString write(ByteString payload) {
        byte[] ephemeralPublic = provider.x25519PublicKey(ephemeralKey);
        mixHash(ephemeralPublic);
        byte[] sealedStatic = NOTHING;
        if (initiator) {
            mixKey(provider.x25519(ephemeralKey, remoteStatic));
            sealedStatic = encryptAndHash(provider.x25519PublicKey(staticKey));
            mixKey(provider.x25519(staticKey, remoteStatic));
        } else {
            mixKey(provider.x25519(ephemeralKey, remoteEphemeral));
            mixKey(provider.x25519(ephemeralKey, remoteStatic));
        }
        byte[] sealedPayload = encryptAndHash(payload.toByteArray());
        return UnsafeByteOperations.unsafeWrap(ephemeralPublic)
                .concat(UnsafeByteOperations.unsafeWrap(sealedStatic))
                .concat(UnsafeByteOperations.unsafeWrap(sealedPayload));
    }

    /**
     * The payload of the peer's message; empty if it is not the peer's answer, or not for us, in which case this is
     * over.
     */
    public Optional<ByteString> read(ByteString message) {
        try {
            return Optional.of(UnsafeByteOperations.unsafeWrap(readChecked(message.toByteArray())));
        } catch (AEADBadTagException | InvalidPublicKeyException e) {
            return Optional.empty();
        }
    }

    private byte[] readChecked(byte[] message) throws AEADBadTagException {
        int payloadAt = CryptoProvider.KEY_BYTES + (initiator ? 0 : SEALED_KEY_BYTES);
        if (message.length < payloadAt + NoiseCipher.TAG_BYTES) {
            throw new AEADBadTagException("too short");
        }
        remoteEphemeral = Arrays.copyOf(message, CryptoProvider.KEY_BYTES);
        mixHash(remoteEphemeral);
        if (initiator) {
            mixKey(provider.x25519(ephemeralKey, remoteEphemeral));
            mixKey(provider.x25519(staticKey, remoteEphemeral));
        } else {
            mixKey(provider.x25519(staticKey, remoteEphemeral));
            byte[] shown = decryptAndHash(Arrays.copyOfRange(message, CryptoProvider.KEY_BYTES, payloadAt));
            if (!MessageDigest.isEqual(shown, remoteStatic)) {
                throw new AEADBadTagException("somebody else's static key");
            }
            mixKey(provider.x25519(staticKey, remoteStatic));
        }
        return decryptAndHash(Arrays.copyOfRange(message, payloadAt, message.length));
    }

    /** The keys of the connection (Noise, Split). To be called once, when both messages have passed. */
    public Ciphers split() {
        byte[] keys = Hkdf.expand(Hkdf.extract(chainingKey, NOTHING), NOTHING, 2 * HASH_BYTES);
        NoiseCipher ofInitiator = new NoiseCipher(Arrays.copyOf(keys, HASH_BYTES));
        NoiseCipher ofResponder = new NoiseCipher(Arrays.copyOfRange(keys, HASH_BYTES, 2 * HASH_BYTES));
        return initiator ? new Ciphers(ofInitiator, ofResponder) : new Ciphers(ofResponder, ofInitiator);
    }

    private void mixKey(byte[] secret) {
        // Noise's HKDF is RFC 5869 without info.
        byte[] keys = Hkdf.expand(Hkdf.extract(chainingKey, secret), NOTHING, 2 * HASH_BYTES);
        chainingKey = Arrays.copyOf(keys, HASH_BYTES);
        cipher = new NoiseCipher(Arrays.copyOfRange(keys, HASH_BYTES, 2 * HASH_BYTES));
    }

    private void mixHash(byte[] data) {
        MessageDigest digest = Sha256.newDigest();
        digest.update(hash);
        hash = digest.digest(data);
    }

    private byte[] encryptAndHash(byte[] plaintext) {
        byte[] sealed = cipher.seal(hash, plaintext);
        mixHash(sealed);
        return sealed;
    }

    private byte[] decryptAndHash(byte[] sealed) throws AEADBadTagException {
        byte[] plaintext = cipher.open(hash, sealed);
        mixHash(sealed);
        return plaintext;
    }
}
