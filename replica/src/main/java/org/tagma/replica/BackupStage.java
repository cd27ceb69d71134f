package org.tagma.replica;

import java.io.IOException;

/** Lays out what a backup of a running replica takes, so that whoever makes the backup can copy it in peace. */
@FunctionalInterface
public interface BackupStage {

    /**
     * Replaces what was laid out before by what is there now. Called by the execution thread, so that no checkpoint comes or
     * goes meanwhile.
     *
     * @throws IOException if it cannot be done; the replica goes on
     */
    void stage() throws IOException;

    /** Of a replica that keeps nothing on disk. */
    static BackupStage none() {
        return () -> {
            throw new IOException("this replica keeps nothing on disk, so there is nothing to back up");
        };
    }
}
