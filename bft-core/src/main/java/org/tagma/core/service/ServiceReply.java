package org.tagma.core.service;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;

/**
 * How the service answers one request or query; what a {@code Reply} message carries besides its addresses.
 *
 * <p>Immutable.
 *
 * @param status how it went
 * @param result as {@link ReplyStatus} says
 */
public record ServiceReply(ReplyStatus status, ByteString result) {

    /** Executed a while ago; the reply is gone. */
    static final ServiceReply EVICTED = new ServiceReply(ReplyStatus.REPLY_EVICTED, ByteString.EMPTY);

    /** A number that is not above the last one used. */
    static final ServiceReply STALE = new ServiceReply(ReplyStatus.STALE_NUMBER, ByteString.EMPTY);

    static ServiceReply ok(ByteString result) {
        return new ServiceReply(ReplyStatus.OK, result);
    }

    static ServiceReply rejected(OperationRejectedException rejection) {
        return new ServiceReply(
                ReplyStatus.REJECTED, RejectionResult.of(rejection).encode());
    }

    /** The operation was executed, but its result cannot be sent; the state machine should bound what it returns. */
    static ServiceReply resultTooLarge() {
        RejectionResult result = new RejectionResult(
                RejectionResult.RESULT_TOO_LARGE, "more than " + ReplicatedService.MAX_RESULT_BYTES + " bytes");
        return new ServiceReply(ReplyStatus.FAILED, result.encode());
    }

    static ServiceReply failed(RuntimeException failure) {
        return new ServiceReply(ReplyStatus.FAILED, RejectionResult.of(failure).encode());
    }

    /**
     * The session is not live, nor can it be again.
     *
     * @param newestSession tells the client where to go on
     * @param highestEvicted a session above it was never opened, so nothing in it was ever executed
     */
    static ServiceReply sessionExpired(long newestSession, long highestEvicted) {
        return new ServiceReply(
                ReplyStatus.SESSION_EXPIRED, BigEndian.ofLong(newestSession).concat(BigEndian.ofLong(highestEvicted)));
    }
}
