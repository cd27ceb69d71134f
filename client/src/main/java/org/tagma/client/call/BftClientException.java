package org.tagma.client.call;

import org.tagma.client.BftClient;

/**
 * A call of {@link BftClient} did not return a result. The subclasses say why; {@link #outcome()} says what is known
 * about the operation, which is what decides whether it is safe to repeat it.
 */
public abstract class BftClientException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final Outcome outcome;

    public BftClientException(Outcome outcome, String message) {
        super(message);
        this.outcome = outcome;
    }

    /** What is known about the operation. */
    public final Outcome outcome() {
        return outcome;
    }
}
