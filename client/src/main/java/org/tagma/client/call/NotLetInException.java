package org.tagma.client.call;

/**
 * The replicas do not let this client in, for a reason that waiting does not mend: TLS on one side only, another
 * cluster, other settings. The message is what one of them says. {@link Outcome#NOT_EXECUTED} if the operation was not
 * sent.
 */
public final class NotLetInException extends BftClientException {

    private static final long serialVersionUID = 1;

    public NotLetInException(Outcome outcome, String message) {
        super(outcome, message);
    }
}
