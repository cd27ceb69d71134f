package org.tagma.client.call;

/** The operation was executed once, so long ago that the replicas no longer keep its result. */
public final class ReplyEvictedException extends BftClientException {

    private static final long serialVersionUID = 1;

    public ReplyEvictedException(String message) {
        super(Outcome.EXECUTED, message);
    }
}
