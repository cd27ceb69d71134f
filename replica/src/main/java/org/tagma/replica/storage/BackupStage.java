package org.tagma.replica.storage;

import java.io.IOException;

/** Lays out what a backup of a running replica takes, so that whoever makes the backup can copy it in peace. */
@FunctionalInterface
public interface BackupStage {

    /**
     * Replaces what was laid out before by what is there now. Called by the execution thread, so that no checkpoint
     * comes or goes meanwhile.
     *
     * @param name of the backup: what is laid out for it already is left alone, for a question may be asked twice, and
     *     the answer to the first be in use
     * @throws IOException if it cannot be done; the replica goes on
     */
    void stage(String name) throws IOException;

    /** Of a replica that keeps nothing on disk. */
    static BackupStage none() {
        return name -> {
            throw new IOException("this replica keeps nothing on disk, so there is nothing to back up");
        };
    }
}
