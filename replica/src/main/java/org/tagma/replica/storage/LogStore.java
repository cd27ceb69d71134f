package org.tagma.replica.storage;

import java.io.IOException;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;

/**
 * What a replica must not forget.
 *
 * <p>Used by one thread. After an {@link IOException} the store must not be used again: whether the failed write is on
 * the disk is then unknown, and a second attempt that succeeds proves nothing about the first. The replica stops.
 */
public interface LogStore extends AutoCloseable {

    /** Reads back what earlier incarnations left. Called once, before anything else. */
    RecoveredLog recover() throws IOException;

    /** Adds a record. It is durable only after the next {@link #barrier}. */
    void append(LogRecord record) throws IOException;

    /** Returns once everything appended is durable. */
    void barrier() throws IOException;

    /**
     * Whether {@link #barrier} waits for a disk, so that it is worth letting what may leave before it leave before it.
     */
    default boolean waitsForDisk() {
        return true;
    }

    /** Records up to and including this sequence number may be removed; those of sequence number 0 may not. */
    void truncate(long sequence) throws IOException;

    /** Gives up files and locks. Does not make anything durable. */
    @Override
    void close();
}
