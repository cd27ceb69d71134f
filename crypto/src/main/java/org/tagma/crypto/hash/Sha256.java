package org.tagma.crypto.hash;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of the JDK, which uses the processor's SHA instructions. Thread-safe. */
public final class Sha256 {
    /** Length of a digest, in bytes. */
    public static final int DIGEST_BYTES = 32;

    private static final ThreadLocal<MessageDigest> DIGESTS = ThreadLocal.withInitial(Sha256::newDigest);

    private Sha256() {}

    /** The digest of the bytes. */
    public static byte[] digest(byte[] bytes) {
        return DIGESTS.get().digest(bytes);
    }

    /** The digest of the bytes. */
    public static ByteString digest(ByteString bytes) {
        MessageDigest digest = DIGESTS.get();
        update(digest, bytes);
        return UnsafeByteOperations.unsafeWrap(digest.digest());
    }

    /** The digest of the prefix followed by the payload. */
    public static byte[] digest(byte[] prefix, ByteString payload) {
        MessageDigest digest = DIGESTS.get();
        digest.update(prefix);
        update(digest, payload);
        return digest.digest();
    }

    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Feeds the bytes to the digest where they lie, without a copy. */
    static void update(MessageDigest digest, ByteString bytes) {
        try {
            UnsafeByteOperations.unsafeWriteTo(bytes, new DigestOutput(digest));
        } catch (IOException e) {
            throw new IllegalStateException("a digest does no I/O", e);
        }
    }

    private static final class DigestOutput extends ByteOutput {
        private final MessageDigest digest;

        DigestOutput(MessageDigest digest) {
            this.digest = digest;
        }

        @Override
        public void write(byte value) {
            digest.update(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public void writeLazy(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public void write(ByteBuffer bytes) {
            digest.update(bytes);
        }

        @Override
        public void writeLazy(ByteBuffer bytes) {
            digest.update(bytes);
        }
    }
}
