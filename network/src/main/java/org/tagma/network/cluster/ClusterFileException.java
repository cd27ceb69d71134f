package org.tagma.network.cluster;

/** The cluster file cannot be used. The message is one line: which file, which line, what is wrong, and what to do. */
public final class ClusterFileException extends Exception {
    private static final long serialVersionUID = 1L;

    ClusterFileException(String message) {
        super(message);
    }

    ClusterFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
