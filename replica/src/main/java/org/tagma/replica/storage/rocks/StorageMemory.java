package org.tagma.replica.storage.rocks;

/**
 * How much memory what a replica keeps on disk may take, all its databases together, in bytes. Where a replica has a
 * memory plan, that is the home of these numbers.
 *
 * <p>Immutable.
 *
 * @param memoryTableBytes what was written lately and is in no file but the databases' own logs; outside the heap
 * @param blockCacheBytes blocks of files, and their indexes and filters; outside the heap
 * @param pageCacheBytes pages of states, decoded; on the heap
 */
public record StorageMemory(long memoryTableBytes, long blockCacheBytes, long pageCacheBytes) {

    /** For tools that read a folder, and for tests. */
    public static final StorageMemory OF_TOOLS = new StorageMemory(64L << 20, 16L << 20, 16L << 20);

    public StorageMemory {
        if (memoryTableBytes < 1 || blockCacheBytes < 1 || pageCacheBytes < 1) {
            throw new IllegalArgumentException("storage needs some memory");
        }
    }
}
