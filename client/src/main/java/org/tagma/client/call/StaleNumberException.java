package org.tagma.client.call;

/**
 * A later at-most-once or at-least-once request of the same session was executed first. Unless a reply was lost, this
 * one was not executed, and it never will be from now on.
 */
public final class StaleNumberException extends BftClientException {

    private static final long serialVersionUID = 1;

    public StaleNumberException(String message) {
        super(Outcome.UNKNOWN, message);
    }
}
