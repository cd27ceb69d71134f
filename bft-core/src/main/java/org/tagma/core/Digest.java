package org.tagma.core;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A SHA-256 digest: 32 bytes that stand for a request, a batch or a state.
 *
 * <p>Immutable; ordered as unsigned bytes, so that sorted collections of digests iterate alike on every replica.
 *
 * @param bytes exactly {@link #LENGTH} bytes
 */
public record Digest(ByteString bytes) implements Comparable<Digest> {

    /** Length of a digest in bytes. */
    public static final int LENGTH = 32;

    /** All zeros: the digest of the null batch (PBFT 4.4) and of nothing else. */
    public static final Digest NULL = new Digest(ByteString.copyFrom(new byte[LENGTH]));

    /** Never updated: to copy it costs less than to look up the platform's provider for each digest. */
    private static final MessageDigest SHA_256 = newSha256();

    public Digest {
        if (bytes.size() != LENGTH) {
            throw new IllegalArgumentException("a digest has " + LENGTH + " bytes, not " + bytes.size());
        }
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
        return ByteString.unsignedLexicographicalComparator().compare(bytes, other.bytes);
    }

    // Written out, for votes are compared all the time, and most often with themselves.
    @Override
    public boolean equals(Object other) {
        return this == other || (other instanceof Digest digest && bytes.equals(digest.bytes));
    }

    @Override
    public int hashCode() {
        return bytes.hashCode();
    }

    @Override
    public String toString() {
        return abbreviated();
    }
}
