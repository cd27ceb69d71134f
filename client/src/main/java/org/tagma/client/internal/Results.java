package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.Completion;
import org.tagma.client.call.OperationFailedException;
import org.tagma.client.call.RejectedException;
import org.tagma.client.call.ReplyEvictedException;
import org.tagma.client.call.StaleNumberException;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.service.RejectionResult;

/** Turns an agreed reply into the end of a call. */
public final class Results {

    private static final RejectionResult UNREADABLE = new RejectionResult("unknown", "the reply gives no reason");

    private Results() {}

    static void complete(Completion completion, ReplyStatus status, ByteString result) {
        if (status == ReplyStatus.OK) {
            completion.succeeded(result);
        } else {
            completion.failed(failure(status, result));
        }
    }

    private static BftClientException failure(ReplyStatus status, ByteString result) {
        RejectionResult rejection = RejectionResult.decode(result).orElse(UNREADABLE);
        return switch (status) {
            case REJECTED -> new RejectedException(rejection.code(), rejection.message());
            case FAILED -> new OperationFailedException(rejection.code(), rejection.message());
            case REPLY_EVICTED -> new ReplyEvictedException("executed, but the reply is no longer kept");
            case STALE_NUMBER -> new StaleNumberException("overtaken by a later request of the session");
            default -> throw new IllegalArgumentException(status + " does not end a call");
        };
    }
}
