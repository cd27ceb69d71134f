package org.tagma.crypto.hash;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * HMAC-SHA256 (RFC 2104) under one key.
 *
 * <p>The two padded keys are hashed once, here; each MAC starts from copies of the two states. That is cheaper than the
 * JDK's {@code Mac}, which hashes them anew every time, and needs no object per thread and key.
 *
 * <p>Immutable, thread-safe.
 */
public final class HmacSha256 {
    private static final int BLOCK_BYTES = 64;
    private static final byte INNER_PAD = 0x36;
    private static final byte OUTER_PAD = 0x5c;

    // Never updated after construction: copying them is all that threads share.
    private final MessageDigest inner;
    private final MessageDigest outer;

    /** Under a key of any length. */
    public HmacSha256(byte[] key) {
        byte[] blockKey = Arrays.copyOf(key.length > BLOCK_BYTES ? Sha256.digest(key) : key, BLOCK_BYTES);
        this.inner = keyed(blockKey, INNER_PAD);
        this.outer = keyed(blockKey, OUTER_PAD);
    }

    /** The 32-byte MAC of the message. */
    public byte[] mac(byte[] message) {
        MessageDigest digest = copy(inner);
        digest.update(message);
        return finish(digest);
    }

    /** The 32-byte MAC of the prefix followed by the payload. */
    public byte[] mac(byte[] prefix, ByteString payload) {
        MessageDigest digest = copy(inner);
        digest.update(prefix);
        Sha256.update(digest, payload);
        return finish(digest);
    }

    private byte[] finish(MessageDigest innerDigest) {
        MessageDigest digest = copy(outer);
        digest.update(innerDigest.digest());
        return digest.digest();
    }

    private static MessageDigest keyed(byte[] blockKey, byte pad) {
        MessageDigest digest = Sha256.newDigest();
        for (byte keyByte : blockKey) {
            digest.update((byte) (keyByte ^ pad));
        }
        return digest;
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
        }
    }
}
