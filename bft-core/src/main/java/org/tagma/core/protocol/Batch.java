package org.tagma.core.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.tagma.core.Digest;

/**
 * Requests that are ordered together at one sequence number, with the time that their proposer read.
 *
 * <p>Immutable. The digest covers the time and the digests of the requests in order, under a prefix of its own.
 *
 * @param timeMillis the proposer's wall clock, milliseconds since 1970; replicas bound it and make it monotone
 * @param requests in the order of execution
 * @param digest names the batch in votes; {@link Digest#NULL} for the null batch
 */
public record Batch(long timeMillis, List<Request> requests, Digest digest) {

    /** The null batch, which fills a gap that a view change left (PBFT 4.4). Executing it changes nothing. */
    public static final Batch NULL = new Batch(0, List.of(), Digest.NULL);

    private static final int OVERHEAD_BYTES = 64;

    private static final byte[] PREFIX = "tagma batch".getBytes(StandardCharsets.US_ASCII);

    public Batch {
        requests = List.copyOf(requests);
    }

    /** A batch with its digest computed. */
    public static Batch of(long timeMillis, List<Request> requests) {
        MessageDigest sha256 = Digest.sha256();
        sha256.update(PREFIX);
        sha256.update(ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(timeMillis)
                .putInt(requests.size())
                .flip());
        for (Request request : requests) {
            sha256.update(request.digest().bytes().asReadOnlyByteBuffer());
        }
        return new Batch(timeMillis, requests, Digest.finished(sha256));
    }

    /** What it weighs, in bytes: its requests, and a little for itself. */
    public long size() {
        return OVERHEAD_BYTES + requests.stream().mapToLong(Request::size).sum();
    }

    /** Whether this is the null batch. */
    public boolean isNull() {
        return digest.isNull();
    }
}
