package org.tagma.core;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest: 32 bytes that stand for a request, a batch or a state.
 *
 * <p>Immutable; ordered as unsigned bytes, so that sorted collections of digests iterate alike on every replica.
 */
public final class Digest implements Comparable<Digest> {

    /** Length of a digest in bytes. */
    public static final int LENGTH = 32;

    /** All zeros: the digest of the null batch (PBFT 4.4) and of nothing else. */
    public static final Digest NULL = new Digest(ByteString.copyFrom(new byte[LENGTH]));

    /** Never updated: to copy it costs less than to look up the platform's provider for each digest. */
    private static final MessageDigest SHA_256 = newSha256();

    private final ByteString bytes;
    /** The same bytes as four words: digests are compared all the time, most often with equal ones. */
    private final long first;

    private final long second;
    private final long third;
    private final long fourth;

    /**
     * A digest that was computed before.
     *
     * @param bytes exactly {@link #LENGTH} bytes
     */
    public Digest(ByteString bytes) {
        if (bytes.size() != LENGTH) {
            throw new IllegalArgumentException("a digest has " + LENGTH + " bytes, not " + bytes.size());
        }
        this.bytes = bytes;
        ByteBuffer words = bytes.asReadOnlyByteBuffer();
        this.first = words.getLong();
        this.second = words.getLong();
        this.third = words.getLong();
        this.fourth = words.getLong();
    }

    /** Its {@link #LENGTH} bytes. */
    public ByteString bytes() {
        return bytes;
    }

    /** The digest of {@code bytes}. */
    public static Digest of(ByteString bytes) {
        MessageDigest sha256 = sha256();
        bytes.asReadOnlyByteBufferList().forEach(sha256::update);
        return finished(sha256);
    }

    /** The digest of what a {@linkplain #sha256 computation} was given. */
    public static Digest finished(MessageDigest sha256) {
        return new Digest(ByteString.copyFrom(sha256.digest()));
    }

    /** A fresh SHA-256 computation. */
    public static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            return newSha256();
        }
    }

    /** Every Java platform has it. */
    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java platform has no SHA-256", e);
        }
    }

    /** Whether this is the digest of the null batch. */
    public boolean isNull() {
        return equals(NULL);
    }

    /** The first 12 hexadecimal digits, for people. */
    public String abbreviated() {
        return hex().substring(0, 12);
    }

    /** All 64 hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }

    @Override
    public int compareTo(Digest other) {
        if (first != other.first) {
            return Long.compareUnsigned(first, other.first);
        } else if (second != other.second) {
            return Long.compareUnsigned(second, other.second);
        } else if (third != other.third) {
            return Long.compareUnsigned(third, other.third);
        }
        return Long.compareUnsigned(fourth, other.fourth);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Digest digest
                        && first == digest.first
                        && second == digest.second
                        && third == digest.third
                        && fourth == digest.fourth);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(first);
    }

    @Override
    public String toString() {
        return abbreviated();
    }
}
