package org.tagma.crypto;

import java.io.IOException;

/** A private key file that cannot be used or written. The message is one line: what is wrong and what to do. */
public final class KeyFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong and what to do, as one line. */
    public KeyFileException(String message) {
        super(message);
    }

    /** With what is wrong and what to do, as one line, and what the system said. */
    public KeyFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
