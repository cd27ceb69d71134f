package org.tagma.replica.trace;

/** A trace cannot be read, or the traces given do not belong together. The message is one line for people. */
public final class TraceException extends Exception {
    private static final long serialVersionUID = 1;

    TraceException(String message) {
        super(message);
    }
}
