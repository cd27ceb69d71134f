package org.tagma.replica.storage.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.rocksdb.Checkpoint;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.files.OwnerOnly;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.RocksSettings;

/**
 * A log on disk, in RocksDB. Whatever was appended since the last barrier goes there as one batch, with one sync: a
 * barrier costs the same for one record and for a thousand.
 *
 * <p>It notices what it has lost: every record has a checksum, every batch carries a {@link LogSummary} of the whole
 * log, and a {@link SyncedMark} beside it says how many records were acknowledged. What does not fit together is
 * refused. Its size is bounded by what lies above the last truncation, and one record of each class without a sequence
 * number.
 *
 * <p>Not thread-safe, but for the background sync of {@code durability: async}.
 */
public final class RocksLogStore implements LogStore {

    private static final Logger LOG = LoggerFactory.getLogger(RocksLogStore.class);

    public static final String FOLDER = "log";

    private final Path folder;
    private final RocksSettings settings;
    private final RocksDB database;
    private final SyncedMark mark;
    private final Sync sync;
    private final Runnable owner;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions().setSync(false);
    private final WriteBatch batch = new WriteBatch();
    private final RecoveredLog recovered;

    private LogSummary summary = new LogSummary();
    private long truncated;
    private boolean failed;
    private boolean syncNow;
    private boolean dirty;
    private boolean closed;

    /** How a barrier makes what was written durable. */
    public interface Sync {

        /** Whether each barrier waits for the disk. */
        boolean atEachBarrier();

        /** Called once, when the log is open. */
        void start(RocksDB opened) throws IOException;

        /** Called at each barrier that does not wait; throws if an earlier sync failed. */
        void written() throws IOException;

        /**
         * Called once, before the log is closed.
         *
         * @param whole whether everything was written
         */
        void stop(boolean whole) throws IOException;
    }

    /** What is known about the log before it is opened. */
    public enum Past {
        /** There was no earlier incarnation: nothing may be in the log. */
        NONE,
        /** The log holds all that was acknowledged, or is damaged. */
        COMPLETE,
        /** Acknowledged records may be missing, but for those that were synced for that case. */
        UNSYNCED,
        /** Nothing that was voted is known; what is here, is too old. */
        LOST
    }

    /**
     * Opens the log, and reads it.
     *
     * @param dataFolder the replica's
     * @param nonce for this incarnation, see {@link RecoveredLog#nonce}
     * @param memory that it draws on; may be closed before it
     * @param owner is run when the log is closed
     * @throws org.tagma.replica.storage.DataFolderException if it is damaged or not what the past says
     */
    public static RocksLogStore open(
            Path dataFolder, Past past, Sync sync, SyncedMark mark, long nonce, RocksMemory memory, Runnable owner)
            throws IOException {
        RocksSettings settings = new RocksSettings(memory);
        Path folder = dataFolder.resolve(FOLDER);
        RocksDB database = null;
        try {
            Options options = settings.options(past != Past.COMPLETE);
            if (past != Past.COMPLETE) {
                OwnerOnly.createFolders(folder);
            }
            database = RocksDB.open(options, folder.toString());
            return new RocksLogStore(folder, settings, database, mark, sync, owner, new Opening(past, nonce));
        } catch (RocksDBException e) {
            closeAll(database, settings);
            throw DataFolderException.damaged(folder, RocksSettings.oneLine(e));
        } catch (IOException | RuntimeException | Error e) {
            closeAll(database, settings);
            throw e;
        }
    }

    private static void closeAll(RocksDB database, RocksSettings settings) {
        if (database != null) {
            database.close();
        }
        settings.close();
    }

    private record Opening(Past past, long nonce) {}

    private RocksLogStore(
            Path folder,
            RocksSettings settings,
            RocksDB database,
            SyncedMark mark,
            Sync sync,
            Runnable owner,
            Opening opening)
            throws IOException, RocksDBException {
        this.folder = folder;
        this.settings = settings;
        this.database = database;
        this.mark = mark;
        this.sync = sync;
        this.owner = owner;
        this.recovered = recover(opening);
        sync.start(database);
    }

    @Override
    public RecoveredLog recover() {
        return recovered;
    }

    private RecoveredLog recover(Opening opening) throws IOException, RocksDBException {
        byte[] written = database.get(LogSummary.KEY);
        if (written == null) {
            return recoverEmpty(opening);
        }
        LogSummary.Written before = LogSummary.Written.read(written)
                .orElseThrow(() -> DataFolderException.damaged(folder, "its summary is not what was written"));
        summary.memory = before.memory();
        List<Place> places = readAll();
        if (!summary.matches(before)) {
            throw DataFolderException.damaged(folder, "records are missing from it");
        }
        summary.continueAfter(before.appended());
        if (opening.past() == Past.NONE && before.appended() > 0) {
            throw DataFolderException.damaged(
                    folder.resolveSibling(IncarnationFile.NAME), "it is missing, though the log holds records");
        }
        if (opening.past() == Past.UNSYNCED || opening.past() == Past.LOST) {
            return keepSurvivors(places, opening);
        }
        if (before.appended() < mark.get()) {
            throw DataFolderException.damaged(
                    folder,
                    "it ends at record " + before.appended() + ", but record " + mark.get() + " was acknowledged");
        }
        LogIntegrity memory = opening.past() == Past.NONE ? LogIntegrity.FRESH : summary.memory;
        return new RecoveredLog(reading(places), memory, opening.nonce());
    }

    private RecoveredLog recoverEmpty(Opening opening) throws IOException, RocksDBException {
        boolean hasRecords = !readAll().isEmpty();
        if (hasRecords || (opening.past() == Past.COMPLETE && mark.get() > 0)) {
            throw DataFolderException.damaged(folder, "its summary is missing");
        }
        if (opening.past() == Past.UNSYNCED || opening.past() == Past.LOST) {
            return keepSurvivors(List.of(), opening);
        }
        LogIntegrity memory = opening.past() == Past.NONE ? LogIntegrity.FRESH : LogIntegrity.COMPLETE;
        return new RecoveredLog(List.of(), memory, opening.nonce());
    }

    /** Where a record lies. */
    private record Place(long number, byte[] key) {}

    /**
     * Checks every record, and says where they lie, oldest first. They are not kept: a log holds more than the memory
     * of a replica, and what replays it wants one at a time.
     */
    private List<Place> readAll() throws IOException, RocksDBException {
        List<Place> places = new ArrayList<>();
        try (RocksIterator iterator = database.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                if (!Arrays.equals(iterator.key(), LogSummary.KEY)) {
                    LogEntry entry = entry(iterator.key(), iterator.value());
                    decode(entry);
                    summary.add(entry);
                    places.add(new Place(entry.number(), entry.key()));
                }
            }
            iterator.status();
        }
        places.sort(Comparator.comparingLong(Place::number));
        return places;
    }

    private LogEntry entry(byte[] key, byte[] value) throws IOException {
        return LogEntry.read(key, value)
                .orElseThrow(() -> DataFolderException.damaged(folder, "a record is not what was written"));
    }

    private LogRecord decode(byte[] key) throws IOException {
        if (closed) {
            throw new IOException("the log is closed");
        }
        try {
            byte[] value = database.get(key);
            if (value == null) {
                throw DataFolderException.damaged(folder, "a record is gone while it is read");
            }
            return decode(entry(key, value));
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        }
    }

    private LogRecord decode(LogEntry entry) throws IOException {
        return entry.decode()
                .orElseThrow(() -> DataFolderException.damaged(
                        folder, "it holds a record that this version of Tagma does not know"));
    }

    /** The records at these places, each read when it is asked for. */
    private List<LogRecord> reading(List<Place> places) {
        return new AbstractList<>() {
            @Override
            public LogRecord get(int index) {
                try {
                    return decode(places.get(index).key());
                } catch (IOException e) {
                    throw new UncheckedIOException(e.getMessage(), e);
                }
            }

            @Override
            public int size() {
                return places.size();
            }
        };
    }

    /**
     * From now on the log is one that forgot, and says so also in later incarnations, until a record ends that. Which
     * states it has is still true. Of what it voted, what was synced at once is; but nothing, if the disk was lost, now
     * or before.
     */
    private RecoveredLog keepSurvivors(List<Place> places, Opening opening) throws IOException, RocksDBException {
        boolean lost = opening.past() == Past.LOST || summary.memory == LogIntegrity.LOST;
        List<LogRecord> survivors = new ArrayList<>();
        long number = Math.max(summary.appended(), mark.get());
        LogSummary kept = new LogSummary();
        try (WriteBatch cleaning = new WriteBatch()) {
            List<LogRecord> newest = new ArrayList<>();
            for (Place place : places) {
                cleaning.delete(place.key());
                if (LogEntry.isNewestOfClass(place.key())) {
                    newest.add(decode(place.key()));
                }
            }
            for (LogRecord each : newest) {
                if (!lost || !each.survivesAmnesia()) {
                    survivors.add(each);
                    LogEntry entry = LogEntry.of(++number, each);
                    cleaning.put(entry.key(), entry.value());
                    kept.add(entry);
                }
            }
            kept.continueAfter(number);
            kept.memory = lost ? LogIntegrity.LOST : LogIntegrity.PARTIAL;
            cleaning.put(LogSummary.KEY, kept.encode());
            database.write(synced, cleaning);
        }
        summary = kept;
        mark.set(number);
        return new RecoveredLog(survivors, kept.memory, opening.nonce());
    }

    @Override
    public void append(LogRecord logRecord) throws IOException {
        LogEntry entry = LogEntry.of(summary.appended() + 1, logRecord);
        try {
            batch.put(entry.key(), entry.value());
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        }
        summary.add(entry);
        dirty = true;
        syncNow |= logRecord.survivesAmnesia();
        if (logRecord.endsAmnesia()) {
            summary.memory = LogIntegrity.COMPLETE;
        }
    }

    @Override
    public void barrier() throws IOException {
        if (failed) {
            throw new IOException("an earlier write failed");
        }
        if (!dirty) {
            return;
        }
        boolean waits = syncNow || sync.atEachBarrier();
        // Until this has succeeded nothing here is taken for durable, and nothing is tried a second time: a sync that
        // succeeds after one that failed proves nothing about what the first one was for.
        failed = true;
        try {
            batch.put(LogSummary.KEY, summary.encode());
            database.write(waits ? synced : unsynced, batch);
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        }
        if (!waits) {
            sync.written();
        }
        failed = false;
        batch.clear();
        dirty = false;
        syncNow = false;
        mark.set(summary.appended());
    }

    @Override
    public boolean waitsForDisk() {
        return sync.atEachBarrier();
    }

    /** Written with the next barrier: until then the records are of no use, and do no harm. */
    @Override
    public void truncate(long sequence) throws IOException {
        if (sequence <= truncated) {
            return;
        }
        try {
            batch.deleteRange(LogEntry.startOf(0), LogEntry.startOf(sequence + 1));
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        }
        summary.truncate(sequence);
        truncated = sequence;
    }

    /** How many records it holds. */
    public long size() {
        return summary.count();
    }

    /** Hands what is here to a backup: a copy of the database as of the last barrier, in a new folder. */
    public void copyTo(Path target) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.create(database)) {
            checkpoint.createCheckpoint(target.toString());
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            sync.stop(!failed);
        } catch (IOException e) {
            // The next incarnation finds that this one did not end well, and takes care.
            LOG.warn("{}: {}", folder, e.getMessage());
        } finally {
            batch.close();
            synced.close();
            unsynced.close();
            closeAll(database, settings);
            owner.run();
        }
    }
}
