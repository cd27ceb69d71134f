package org.tagma.replica.storage;

import java.io.IOException;
import java.nio.file.Path;

/** A replica's data folder cannot be used. The message says in one line what is wrong and what to do. */
public final class DataFolderException extends IOException {

    private static final long serialVersionUID = 1;

    public DataFolderException(String message) {
        super(message);
    }

    public DataFolderException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Says that something is not as it was written, and what to do. */
    public static DataFolderException damaged(Path what, String how) {
        return new DataFolderException(what + " is damaged (" + how + "). Without it this replica might break promises"
                + " that it made: put the data folder aside and start the replica without; it then rejoins as one that"
                + " forgot");
    }
}
