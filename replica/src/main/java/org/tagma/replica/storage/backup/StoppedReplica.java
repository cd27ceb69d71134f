package org.tagma.replica.storage.backup;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.protocol.KnownState;
import org.tagma.protocol.Protocols;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.DataFolderLock;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.log.LogEntry;
import org.tagma.replica.storage.log.LogSummary;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.rocks.StorageMemory;
import org.tagma.replica.storage.state.RocksTable;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StateFolder;
import org.tagma.replica.storage.state.StatePages;
import org.tagma.replica.storage.state.StateTable;

/**
 * What is in the data folder of a replica that does not run, to look at: nothing in the folder is changed. It is locked
 * meanwhile.
 *
 * <p>The states are read as far as they are needed; {@link org.tagma.core.state.UnreadableStateError} tells of a part
 * that is damaged. Not thread-safe.
 */
public final class StoppedReplica implements AutoCloseable {

    private final DataFolder.Owner owner;
    private final List<LogRecord> log;
    private final List<ServiceSnapshot> checkpoints;
    private final Optional<StateTable> table;
    private final DataFolderLock lock;

    /**
     * Opens the folder of a replica that ran with {@code durability: sync} or {@code async}.
     *
     * @throws DataFolderException if there is none, it is in use, it is damaged, or nothing is kept there
     */
    public static StoppedReplica open(Path folder) throws IOException {
        if (Files.notExists(folder.resolve(DataFolder.IDENTITY))) {
            throw new DataFolderException(folder + " is not the data folder of a replica");
        }
        DataFolderLock lock = DataFolderLock.acquire(folder);
        boolean opened = false;
        try {
            StoppedReplica replica = new StoppedReplica(folder, lock);
            opened = true;
            return replica;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private StoppedReplica(Path folder, DataFolderLock lock) throws IOException {
        this.lock = lock;
        this.owner = DataFolder.ownerOf(folder);
        this.log = readLog(folder.resolve(RocksLogStore.FOLDER));
        Path states = folder.resolve(StateFolder.FOLDER);
        if (Files.exists(states)) {
            StateTable opened = openTable(states);
            this.table = Optional.of(opened);
            this.checkpoints = readCheckpoints(states, opened);
        } else {
            this.table = Optional.empty();
            this.checkpoints = new SnapshotFiles(folder).readAll();
        }
    }

    private static StateTable openTable(Path folder) throws IOException {
        try {
            return RocksTable.openToRead(folder);
        } catch (DataFolderException e) {
            throw e;
        } catch (IOException e) {
            throw new DataFolderException(folder + " is damaged (" + e.getMessage() + ")", e);
        }
    }

    private static List<ServiceSnapshot> readCheckpoints(Path folder, StateTable table) throws IOException {
        boolean read = false;
        try {
            StatePages pages = new StatePages(table, StorageMemory.OF_TOOLS.pageCacheBytes(), what -> {});
            List<ServiceSnapshot> found = StateCheckpoints.read(table, pages);
            read = true;
            return found;
        } catch (IOException e) {
            throw new DataFolderException(folder + " is damaged (" + e.getMessage() + ")", e);
        } finally {
            if (!read) {
                table.close();
            }
        }
    }

    private static List<LogRecord> readLog(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            throw new DataFolderException(folder + " is missing: this replica keeps nothing on disk, or never ran");
        }
        List<LogEntry> entries = new ArrayList<>();
        try (StateTable records = openTable(folder)) {
            StateTable.Visitor visitor = (key, value) -> {
                if (!Arrays.equals(key, LogSummary.KEY)) {
                    entries.add(LogEntry.read(key, value)
                            .orElseThrow(
                                    () -> DataFolderException.damaged(folder, "a record is not what was written")));
                }
            };
            for (byte kind : LogEntry.kinds()) {
                records.scan(kind, visitor);
            }
        }
        entries.sort(Comparator.comparingLong(LogEntry::number));
        List<LogRecord> records = new ArrayList<>();
        for (LogEntry entry : entries) {
            records.add(entry.decode()
                    .orElseThrow(() -> DataFolderException.damaged(
                            folder, "it holds a record that this version of Tagma does not know")));
        }
        return List.copyOf(records);
    }

    /** The cluster that the replica belongs to. */
    public ByteString clusterId() {
        return owner.clusterId();
    }

    /** The replica's id. */
    public int replica() {
        return owner.replica();
    }

    /** The records of its log, in the order in which they were written. */
    public List<LogRecord> log() {
        return log;
    }

    /** The states of the checkpoints that it keeps, in their order. The newest need not be certified yet. */
    public List<ServiceSnapshot> checkpoints() {
        return checkpoints;
    }

    /** The newest state that its log vouches for. */
    public Optional<KnownState> newestState() {
        return Protocols.all().stream()
                .flatMap(protocol -> protocol.newestState(log).stream())
                .findFirst();
    }

    @Override
    public void close() {
        table.ifPresent(StateTable::close);
        lock.close();
    }
}
