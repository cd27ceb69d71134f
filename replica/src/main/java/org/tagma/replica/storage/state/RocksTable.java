package org.tagma.replica.storage.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.Checkpoint;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.RocksSettings;
import org.tagma.replica.storage.rocks.StorageMemory;

/** A {@link StateTable} in RocksDB. */
public final class RocksTable implements StateTable {

    private final RocksSettings settings;
    private final RocksDB database;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions unsynced = new WriteOptions().setSync(false);

    /** To use a database that was closed would be the end of the process. */
    private final ReadWriteLock openness = new ReentrantReadWriteLock();

    private boolean closed;

    private RocksTable(RocksSettings settings, RocksDB database) {
        this.settings = settings;
        this.database = database;
    }

    /**
     * Opens a table, and makes it if it is not there.
     *
     * @param memory that it draws on; may be closed before it
     * @throws IOException if it is damaged or cannot be used
     */
    public static RocksTable open(Path folder, RocksMemory memory) throws IOException {
        return open(folder, memory, false);
    }

    /** Opens a table that is there, to read it and leave everything as it is. */
    public static RocksTable openToRead(Path folder) throws IOException {
        try (RocksMemory memory = new RocksMemory(StorageMemory.OF_TOOLS)) {
            return open(folder, memory, true);
        }
    }

    private static RocksTable open(Path folder, RocksMemory memory, boolean readOnly) throws IOException {
        RocksSettings settings = new RocksSettings(memory);
        boolean opened = false;
        try {
            Options options = settings.stateOptions();
            String path = folder.toString();
            RocksDB database = readOnly ? RocksDB.openReadOnly(options, path) : RocksDB.open(options, path);
            opened = true;
            return new RocksTable(settings, database);
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        } finally {
            if (!opened) {
                settings.close();
            }
        }
    }

    @FunctionalInterface
    private interface Use<T> {
        T of(RocksDB open) throws RocksDBException, IOException;
    }

    private <T> T use(Use<T> use) throws IOException {
        openness.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the state's database was closed");
            }
            return use.of(database);
        } catch (RocksDBException e) {
            throw new IOException(RocksSettings.oneLine(e), e);
        } finally {
            openness.readLock().unlock();
        }
    }

    @Override
    public byte[] get(byte[] key) throws IOException {
        return use(open -> open.get(key));
    }

    @Override
    public void write(List<Change> changes, boolean durable) throws IOException {
        use(open -> {
            try (WriteBatch batch = new WriteBatch()) {
                for (Change change : changes) {
                    if (change.value() == null) {
                        batch.delete(change.key());
                    } else {
                        batch.put(change.key(), change.value());
                    }
                }
                open.write(durable ? synced : unsynced, batch);
            }
            return null;
        });
    }

    @Override
    public void scan(byte first, Visitor visitor) throws IOException {
        use(open -> {
            try (RocksIterator iterator = open.newIterator()) {
                iterator.seek(new byte[] {first});
                while (iterator.isValid() && iterator.key()[0] == first) {
                    visitor.entry(iterator.key(), iterator.value());
                    iterator.next();
                }
                iterator.status();
            }
            return null;
        });
    }

    @Override
    public void copyTo(Path target) throws IOException {
        use(open -> {
            try (Checkpoint checkpoint = Checkpoint.create(open)) {
                checkpoint.createCheckpoint(target.toString());
            }
            return null;
        });
    }

    @Override
    public void close() {
        openness.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                synced.close();
                unsynced.close();
                database.close();
                settings.close();
            }
        } finally {
            openness.writeLock().unlock();
        }
    }
}
