package org.tagma.client.call;

/**
 * The replicas dropped the session in favour of more recently active ones of the same client, so it cannot be said any
 * more whether this request had been executed in it. The client goes on under a new session.
 */
public final class SessionExpiredException extends BftClientException {

    private static final long serialVersionUID = 1;

    public SessionExpiredException(String message) {
        super(Outcome.UNKNOWN, message);
    }
}
