package org.tagma.replica.engine;

import java.io.IOException;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.replica.storage.LogStore;

/** A log that knows since when the disk has not answered. Any thread may ask that; the rest is as for any log. */
public final class TimedLogStore implements LogStore {

    private static final long IDLE = 0;

    private final LogStore log;
    private volatile long askedNanos = IDLE;

    public TimedLogStore(LogStore log) {
        this.log = log;
    }

    /** How long the disk has been asked for something that it has not done; 0 if it owes nothing. */
    public long waitingMillis() {
        long asked = askedNanos;
        return asked == IDLE ? 0 : (System.nanoTime() - asked) / 1_000_000;
    }

    private void begin() {
        askedNanos = System.nanoTime() | 1;
    }

    private void end() {
        askedNanos = IDLE;
    }

    @Override
    public RecoveredLog recover() throws IOException {
        begin();
        try {
            return log.recover();
        } finally {
            end();
        }
    }

    /** In memory until the next barrier. */
    @Override
    public void append(LogRecord record) throws IOException {
        log.append(record);
    }

    @Override
    public void barrier() throws IOException {
        begin();
        try {
            log.barrier();
        } finally {
            end();
        }
    }

    @Override
    public boolean waitsForDisk() {
        return log.waitsForDisk();
    }

    @Override
    public void truncate(long sequence) throws IOException {
        log.truncate(sequence);
    }

    @Override
    public void close() {
        log.close();
    }
}
