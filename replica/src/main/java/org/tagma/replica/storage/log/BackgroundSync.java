package org.tagma.replica.storage.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.tagma.replica.storage.files.CheckedText;
import org.tagma.replica.storage.files.DurableFiles;

/**
 * {@code durability: async}: a barrier hands its records to the operating system, and a thread syncs them shortly
 * after. That survives the end of the process, but not that of the operating system; so a file names the boot of the
 * operating system that the log counts on, until the log was closed well. An incarnation that finds the file of another
 * boot knows that records may be missing.
 */
public final class BackgroundSync implements RocksLogStore.Sync {

    public static final String NAME = "unsynced-since-boot";

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String BOOT = "boot";
    private static final long INTERVAL_MILLIS = 50;
    private static final long STOP_SECONDS = 60;

    private final Path folder;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "tagma-log-sync");
        made.setDaemon(true);
        return made;
    });
    private RocksDB database;
    private volatile boolean unsynced;
    private volatile Exception failure;

    public BackgroundSync(Path folder) {
        this.folder = folder;
    }

    /**
     * Whether records that were acknowledged may be missing, because the operating system ended before it wrote them.
     */
    public static boolean mayHaveLost(Path folder) throws IOException {
        Optional<Map<String, String>> note = CheckedText.read(folder.resolve(NAME));
        return note.isPresent()
                && !(bootId().isPresent() && bootId().get().equals(note.get().get(BOOT)));
    }

    /** Notes that everything is synced. */
    public static void forget(Path folder) throws IOException {
        if (Files.deleteIfExists(folder.resolve(NAME))) {
            DurableFiles.syncFolder(folder);
        }
    }

    private static Optional<String> bootId() throws IOException {
        return Files.isReadable(BOOT_ID) ? Optional.of(Files.readString(BOOT_ID).strip()) : Optional.empty();
    }

    @Override
    public boolean atEachBarrier() {
        return false;
    }

    @Override
    public void start(RocksDB opened) throws IOException {
        database = opened;
        CheckedText.write(folder.resolve(NAME), Map.of(BOOT, bootId().orElse("unknown")));
        thread.scheduleWithFixedDelay(this::sync, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sync() {
        if (unsynced && failure == null) {
            unsynced = false;
            try {
                database.syncWal();
            } catch (RocksDBException e) {
                failure = e;
            }
        }
    }

    @Override
    public void written() throws IOException {
        if (failure != null) {
            throw new IOException("a background sync failed: " + failure.getMessage(), failure);
        }
        unsynced = true;
    }

    @Override
    public void stop(boolean whole) throws IOException {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the last sync of the log does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in the last sync of the log", e);
        }
        sync();
        if (whole && failure == null) {
            forget(folder);
        }
    }
}
