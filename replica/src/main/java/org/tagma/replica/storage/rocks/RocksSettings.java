package org.tagma.replica.storage.rocks;

import java.util.ArrayDeque;
import java.util.Deque;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;

/** How the databases are set up: the log's small, since what it holds is the window above the last checkpoint. */
public final class RocksSettings implements AutoCloseable {

    private static final double FILTER_BITS = 10;
    private static final long INFO_LOG_BYTES = 256L << 10;
    private static final int INFO_LOGS = 2;

    private final RocksMemory memory;
    private final Deque<RocksObject> owned = new ArrayDeque<>();

    /** For a database that draws on this memory. */
    public RocksSettings(RocksMemory memory) {
        this.memory = memory;
    }

    /**
     * The options of a log.
     *
     * @param create whether to make the database; otherwise it must be there
     */
    public Options options(boolean create) {
        return options(new BlockBasedTableConfig()).setCreateIfMissing(create);
    }

    /**
     * The options of a state: looked up by digests, so in no order, and mostly for what is there or was there lately.
     */
    public Options stateOptions() {
        return options(new BlockBasedTableConfig()
                        .setFilterPolicy(own(new BloomFilter(FILTER_BITS)))
                        .setPinL0FilterAndIndexBlocksInCache(true))
                .setCreateIfMissing(true);
    }

    private Options options(BlockBasedTableConfig tables) {
        tables.setBlockCache(memory.cache())
                // Else they would take as much memory as the state is large.
                .setCacheIndexAndFilterBlocks(true);
        // What is truncated before it fills a memory table is never written a second time.
        return memory.drawnOnBy(own(new Options()))
                .setErrorIfExists(false)
                .setParanoidChecks(true)
                // A torn tail is what a crash leaves, and nothing was acknowledged from it. What was acknowledged and
                // is gone, the mark and the summary notice.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                // Whatever was read back is written anew and synced before anything follows from it: a sync that
                // failed in the incarnation before may have left it in memory only.
                .setAvoidFlushDuringRecovery(false)
                // After a failed write nothing is tried again: the replica stops.
                .setMaxBgErrorResumeCount(0)
                .setMaxBackgroundJobs(2)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setTableFormatConfig(tables)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(INFO_LOG_BYTES)
                .setKeepLogFileNum(INFO_LOGS);
    }

    private <T extends RocksObject> T own(T object) {
        owned.push(object);
        return object;
    }

    public static String oneLine(RocksDBException e) {
        boolean full = e.getStatus() != null && e.getStatus().getSubCode() == Status.SubCode.NoSpace;
        String text = firstLine(e);
        return full || text.contains("No space left on device")
                ? "the disk is full: make room on it, and start the replica again (" + text + ")"
                : text;
    }

    private static String firstLine(RocksDBException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse("unknown")
                .strip();
    }

    @Override
    public void close() {
        owned.forEach(RocksObject::close);
        owned.clear();
    }
}
