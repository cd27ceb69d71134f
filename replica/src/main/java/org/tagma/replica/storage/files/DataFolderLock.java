package org.tagma.replica.storage.files;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.tagma.replica.storage.DataFolderException;

/** Keeps a second process, or a second replica in this one, out of a data folder. The lock dies with the process. */
public final class DataFolderLock implements AutoCloseable {

    public static final String NAME = "lock";

    private final FileChannel channel;

    private DataFolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes the folder if need be and locks it.
     *
     * @throws DataFolderException if it is in use, or cannot be made or written
     */
    public static DataFolderLock acquire(Path folder) throws DataFolderException {
        return tryAcquire(folder)
                .orElseThrow(() ->
                        new DataFolderException(folder + " is in use by another process; stop that replica first"));
    }

    /**
     * The same, but empty if it is in use.
     *
     * @throws DataFolderException if it cannot be made or written
     */
    public static Optional<DataFolderLock> tryAcquire(Path folder) throws DataFolderException {
        try {
            OwnerOnly.createFolders(folder);
            Path file = folder.resolve(NAME);
            FileChannel channel = FileChannel.open(
                    file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OwnerOnly.ofFile(file));
            if (!tryLock(channel)) {
                channel.close();
                return Optional.empty();
            }
            return Optional.of(new DataFolderLock(channel));
        } catch (IOException e) {
            throw new DataFolderException(
                    "the data folder " + folder + " cannot be used: " + e + "; check its permissions", e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The lock file holds nothing, and the operating system gives up the lock at the latest when we end.
            throw new UncheckedIOException(e);
        }
    }
}
