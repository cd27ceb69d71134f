package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.tagma.core.Digest;

/**
 * What a reply says by which a replica asks a client to sign a request. Immutable.
 *
 * @param request the digest of the request
 * @param forMillis how long new requests need signatures there, as far as is known, at least 0
 */
public record SignatureRequest(Digest request, long forMillis) {

    /** The result in the reply. */
    public static ByteString encode(Digest request, long forMillis) {
        ByteBuffer millis = ByteBuffer.allocate(Long.BYTES).putLong(forMillis).flip();
        return request.bytes().concat(UnsafeByteOperations.unsafeWrap(millis));
    }

    /** Reads the result; empty if it is malformed. */
    public static Optional<SignatureRequest> decode(ByteString result) {
        if (result.size() != Digest.LENGTH + Long.BYTES) {
            return Optional.empty();
        }
        long forMillis = result.substring(Digest.LENGTH).asReadOnlyByteBuffer().getLong();
        return Optional.of(new SignatureRequest(new Digest(result.substring(0, Digest.LENGTH)), forMillis))
                .filter(read -> read.forMillis >= 0);
    }
}
