package org.tagma.replica;

import java.io.IOException;

/** A replica's data folder cannot be used. The message says in one line what is wrong and what to do. */
public final class DataFolderException extends IOException {

    private static final long serialVersionUID = 1;

    public DataFolderException(String message) {
        super(message);
    }

    public DataFolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
