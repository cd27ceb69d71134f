package org.tagma.replica.storage.rocks;

import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;
import org.tagma.replica.storage.DataFolderException;

/**
 * The native memory that the databases of one replica share: one cache, of which their memory tables are a part, so
 * that all of it together stays within the sum. What the tables do not take, blocks may.
 *
 * <p>It may be closed while databases use it: they keep what they need. For any thread.
 */
public final class RocksMemory implements AutoCloseable {

    /** A log and a state, each with a table that is filled and one that is written out. */
    private static final int TABLES = 4;

    private final LRUCache cache;
    private final WriteBufferManager tables;
    private final long tableBytes;

    /**
     * Sets the memory apart; nothing is taken yet.
     *
     * @throws DataFolderException if there is no native library
     */
    public RocksMemory(StorageMemory bounds) throws DataFolderException {
        NativeRocks.load();
        cache = new LRUCache(bounds.memoryTableBytes() + bounds.blockCacheBytes());
        // Who writes is not made to wait by it: each database waits for its own tables, of which there are two.
        tables = new WriteBufferManager(bounds.memoryTableBytes(), cache, false);
        tableBytes = Math.max(1, bounds.memoryTableBytes() / TABLES);
    }

    LRUCache cache() {
        return cache;
    }

    /** Has a database draw from it. */
    Options drawnOnBy(Options options) {
        return options.setWriteBufferManager(tables)
                .setWriteBufferSize(tableBytes)
                .setMaxWriteBufferNumber(2);
    }

    /** What is in use now, in bytes: blocks and tables. */
    long usedBytes() {
        return cache.getUsage();
    }

    @Override
    public void close() {
        tables.close();
        cache.close();
    }
}
