package org.tagma.network.codec;

import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.network.wire.ReplyStatusCode;
import org.tagma.network.wire.RequestKindCode;
import org.tagma.network.wire.SemanticsCode;
import org.tagma.protocol.InvalidMessageException;

/** The enums of messages and their codes in the schema, spelled out so that neither side's order matters. */
final class Codes {

    private Codes() {}

    static SemanticsCode encode(RetrySemantics semantics) {
        return switch (semantics) {
            case EXACTLY_ONCE -> SemanticsCode.SEMANTICS_EXACTLY_ONCE;
            case AT_MOST_ONCE -> SemanticsCode.SEMANTICS_AT_MOST_ONCE;
            case AT_LEAST_ONCE -> SemanticsCode.SEMANTICS_AT_LEAST_ONCE;
        };
    }

    static RetrySemantics decode(SemanticsCode code) throws InvalidMessageException {
        return switch (code) {
            case SEMANTICS_EXACTLY_ONCE -> RetrySemantics.EXACTLY_ONCE;
            case SEMANTICS_AT_MOST_ONCE -> RetrySemantics.AT_MOST_ONCE;
            case SEMANTICS_AT_LEAST_ONCE -> RetrySemantics.AT_LEAST_ONCE;
            case SEMANTICS_UNSPECIFIED, UNRECOGNIZED -> throw Checks.badValue("unknown retry semantics");
        };
    }

    static RequestKindCode encode(RequestKind kind) {
        return switch (kind) {
            case FIFO -> RequestKindCode.REQUEST_KIND_FIFO;
            case UNORDERED -> RequestKindCode.REQUEST_KIND_UNORDERED;
            case QUERY -> RequestKindCode.REQUEST_KIND_QUERY;
        };
    }

    static RequestKind decode(RequestKindCode code) throws InvalidMessageException {
        return switch (code) {
            case REQUEST_KIND_FIFO -> RequestKind.FIFO;
            case REQUEST_KIND_UNORDERED -> RequestKind.UNORDERED;
            case REQUEST_KIND_QUERY -> RequestKind.QUERY;
            case REQUEST_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Checks.badValue("unknown kind of request");
        };
    }

    static ReplyStatusCode encode(ReplyStatus status) {
        return switch (status) {
            case OK -> ReplyStatusCode.REPLY_STATUS_OK;
            case REJECTED -> ReplyStatusCode.REPLY_STATUS_REJECTED;
            case FAILED -> ReplyStatusCode.REPLY_STATUS_FAILED;
            case SESSION_EXPIRED -> ReplyStatusCode.REPLY_STATUS_SESSION_EXPIRED;
            case STALE_NUMBER -> ReplyStatusCode.REPLY_STATUS_STALE_NUMBER;
            case REPLY_EVICTED -> ReplyStatusCode.REPLY_STATUS_REPLY_EVICTED;
            case OVERLOADED -> ReplyStatusCode.REPLY_STATUS_OVERLOADED;
            case OUT_OF_WINDOW -> ReplyStatusCode.REPLY_STATUS_OUT_OF_WINDOW;
            case UNAVAILABLE -> ReplyStatusCode.REPLY_STATUS_UNAVAILABLE;
            case NO_LEADER -> ReplyStatusCode.REPLY_STATUS_NO_LEADER;
            case SIGNATURE_NEEDED -> ReplyStatusCode.REPLY_STATUS_SIGNATURE_NEEDED;
        };
    }

    static ReplyStatus decode(ReplyStatusCode code) throws InvalidMessageException {
        return switch (code) {
            case REPLY_STATUS_OK -> ReplyStatus.OK;
            case REPLY_STATUS_REJECTED -> ReplyStatus.REJECTED;
            case REPLY_STATUS_FAILED -> ReplyStatus.FAILED;
            case REPLY_STATUS_SESSION_EXPIRED -> ReplyStatus.SESSION_EXPIRED;
            case REPLY_STATUS_STALE_NUMBER -> ReplyStatus.STALE_NUMBER;
            case REPLY_STATUS_REPLY_EVICTED -> ReplyStatus.REPLY_EVICTED;
            case REPLY_STATUS_OVERLOADED -> ReplyStatus.OVERLOADED;
            case REPLY_STATUS_OUT_OF_WINDOW -> ReplyStatus.OUT_OF_WINDOW;
            case REPLY_STATUS_UNAVAILABLE -> ReplyStatus.UNAVAILABLE;
            case REPLY_STATUS_NO_LEADER -> ReplyStatus.NO_LEADER;
            case REPLY_STATUS_SIGNATURE_NEEDED -> ReplyStatus.SIGNATURE_NEEDED;
            case REPLY_STATUS_UNSPECIFIED, UNRECOGNIZED -> throw Checks.badValue("unknown status of a reply");
        };
    }
}
