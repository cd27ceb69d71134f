package org.tagma.client.call;

/**
 * There is too much to do: the local queue is full ({@link Outcome#NOT_EXECUTED}), or the replicas kept refusing the
 * request until its deadline ({@link Outcome#UNKNOWN}, since one of them may have taken it all the same).
 */
public final class OverloadedException extends BftClientException {

    private static final long serialVersionUID = 1;

    public OverloadedException(Outcome outcome, String message) {
        super(outcome, message);
    }
}
