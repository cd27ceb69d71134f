package org.tagma.client.call;

/**
 * The client was closed before the call completed ({@link Outcome#UNKNOWN} if the request had been sent), or before it
 * was made ({@link Outcome#NOT_EXECUTED}).
 */
public final class ClientClosedException extends BftClientException {

    private static final long serialVersionUID = 1;

    public ClientClosedException(Outcome outcome, String message) {
        super(outcome, message);
    }
}
