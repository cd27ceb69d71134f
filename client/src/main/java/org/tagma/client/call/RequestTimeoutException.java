package org.tagma.client.call;

/**
 * The deadline passed without enough matching replies. The outcome is {@link Outcome#NOT_EXECUTED} if the request had
 * not left the local queue, else {@link Outcome#UNKNOWN}.
 */
public final class RequestTimeoutException extends BftClientException {

    private static final long serialVersionUID = 1;

    public RequestTimeoutException(Outcome outcome, String message) {
        super(outcome, message);
    }
}
