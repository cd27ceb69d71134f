package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;

/**
 * A log that keeps nothing for the next life but what {@linkplain LogRecord#survivesAmnesia must survive amnesia}: the
 * newest such record of each class, in one small durable file. A replica that restarts on it knows that it has forgotten
 * its votes, and up to where, and stays out of there until the others have moved on.
 *
 * <p>Not thread-safe.
 */
public final class MemoryLogStore implements LogStore {

    private final AmnesiaGuardFile guard;
    private final DataFolderLock lock;
    private final Map<Class<?>, LogRecord> survivors = new LinkedHashMap<>();
    private boolean dirty;

    private MemoryLogStore(AmnesiaGuardFile guard, DataFolderLock lock) {
        this.guard = guard;
        this.lock = lock;
    }

    /**
     * Takes possession of a folder, which is made if need be.
     *
     * @param folder for this replica alone
     * @throws DataFolderException if it is in use or cannot be used
     */
    public static MemoryLogStore in(Path folder, ByteString clusterId, int replica) throws DataFolderException {
        DataFolderLock lock = DataFolderLock.acquire(folder);
        return new MemoryLogStore(new AmnesiaGuardFile(folder, clusterId, replica), lock);
    }

    /** A store that forgets everything: for simulations, where a restart keeps the object. */
    public static MemoryLogStore withoutFolder() {
        return new MemoryLogStore(null, null);
    }

    /**
     * What earlier lives left.
     *
     * @throws DataFolderException if the file is damaged or another replica's
     */
    @Override
    public RecoveredLog recover() throws IOException {
        if (guard != null) {
            Optional<List<LogRecord>> found = guard.read();
            if (found.isEmpty()) {
                return RecoveredLog.empty();
            }
            found.get().forEach(each -> survivors.put(each.getClass(), each));
        }
        return survivors.isEmpty()
                ? RecoveredLog.empty()
                : new RecoveredLog(List.copyOf(survivors.values()), false, false);
    }

    @Override
    public void append(LogRecord record) {
        if (record.survivesAmnesia()) {
            survivors.put(record.getClass(), record);
            dirty = true;
        }
    }

    @Override
    public void barrier() throws IOException {
        if (dirty && guard != null) {
            guard.write(survivors.values());
        }
        dirty = false;
    }

    /** It hardly ever does: what survives is rare. */
    @Override
    public boolean waitsForDisk() {
        return false;
    }

    /** Nothing to do: what survives belongs to no sequence number, and the rest was never kept. */
    @Override
    public void truncate(long sequence) {}

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }
}
