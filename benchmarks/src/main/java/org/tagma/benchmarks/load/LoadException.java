package org.tagma.benchmarks.load;

/** The cluster cannot be measured: it does not answer, or it refuses what it is asked. The message says which. */
public final class LoadException extends Exception {
    private static final long serialVersionUID = 1L;

    LoadException(String message) {
        super(message);
    }
}
