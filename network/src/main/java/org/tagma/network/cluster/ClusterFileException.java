package org.tagma.network.cluster;

import java.io.IOException;

/** The cluster file cannot be used. The message is one line: which file, which line, what is wrong, and what to do. */
public final class ClusterFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong and what to do, as one line. */
    public ClusterFileException(String message) {
        super(message);
    }

    /** With what is wrong and what to do, as one line, and what the system said. */
    public ClusterFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
