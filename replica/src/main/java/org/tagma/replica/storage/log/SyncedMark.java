package org.tagma.replica.storage.log;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.DurableFiles;

/**
 * How many records the log has acknowledged, in a file of its own, mapped into memory: to move it on costs no system
 * call. It is moved on after a barrier has returned, so it never runs ahead of the log; a log that ends before it has
 * lost records that others may count on. After a power failure the mark itself may be an old one, which makes the check
 * weaker and never wrong.
 *
 * <p>Not thread-safe.
 */
public final class SyncedMark {

    public static final String NAME = "synced-up-to";

    private static final long MAGIC = 0x5447_4d4d_4152_4b31L; // "TGMMARK1"
    private static final int BYTES = 2 * Long.BYTES;

    private final MappedByteBuffer mapped;

    private SyncedMark(MappedByteBuffer mapped) {
        this.mapped = mapped;
    }

    /** Makes the file, durably, with a mark of 0. */
    public static SyncedMark create(Path folder) throws IOException {
        ByteBuffer fresh = ByteBuffer.allocate(BYTES).putLong(MAGIC).putLong(0).flip();
        DurableFiles.replace(folder.resolve(NAME), List.of(ByteString.copyFrom(fresh)));
        return open(folder);
    }

    /**
     * Opens the file.
     *
     * @throws DataFolderException if it is missing or something else
     */
    public static SyncedMark open(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw DataFolderException.damaged(file, "it is missing");
        }
        if (Files.size(file) != BYTES) {
            throw DataFolderException.damaged(file, "it has the wrong length");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES);
            if (mapped.getLong(0) != MAGIC || mapped.getLong(Long.BYTES) < 0) {
                throw DataFolderException.damaged(file, "it is something else");
            }
            return new SyncedMark(mapped);
        }
    }

    public long get() {
        return mapped.getLong(Long.BYTES);
    }

    /** Moves it on. Aligned and eight bytes long, so no crash leaves half of it. */
    public void set(long records) {
        mapped.putLong(Long.BYTES, records);
    }
}
