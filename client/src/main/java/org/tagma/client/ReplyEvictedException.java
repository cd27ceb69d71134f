package org.tagma.client;

/** The operation was executed once, so long ago that the replicas no longer keep its result. */
public final class ReplyEvictedException extends BftClientException {

    private static final long serialVersionUID = 1;

    ReplyEvictedException(String message) {
        super(Outcome.EXECUTED, message);
    }
}
