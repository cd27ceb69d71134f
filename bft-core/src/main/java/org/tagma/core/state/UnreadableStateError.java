package org.tagma.core.state;

/**
 * A part of the state is not in its store, or not as it was written there. An {@link Error}, and so the end of the
 * replica: what an operation results in that cannot read the state is not the same as elsewhere.
 */
public final class UnreadableStateError extends Error {

    private static final long serialVersionUID = 1;

    /** With what was found, in one line. */
    public UnreadableStateError(String message) {
        super(message);
    }
}
