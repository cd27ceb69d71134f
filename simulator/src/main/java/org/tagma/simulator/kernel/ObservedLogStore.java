package org.tagma.simulator.kernel;

import java.io.IOException;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.replica.storage.LogStore;

/** Tells when what a replica wrote is durable. */
public final class ObservedLogStore implements LogStore {

    private final LogStore log;
    private final Runnable appended;
    private final Runnable durable;

    public ObservedLogStore(LogStore log, Runnable appended, Runnable durable) {
        this.log = log;
        this.appended = appended;
        this.durable = durable;
    }

    @Override
    public RecoveredLog recover() throws IOException {
        return log.recover();
    }

    @Override
    public void append(LogRecord record) throws IOException {
        log.append(record);
        appended.run();
    }

    @Override
    public void barrier() throws IOException {
        log.barrier();
        durable.run();
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
