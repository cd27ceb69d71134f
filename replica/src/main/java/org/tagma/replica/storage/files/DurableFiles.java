package org.tagma.replica.storage.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/** Small files that are replaced as a whole. */
public final class DurableFiles {

    /** What a file is called until it is whole; left by a crash, and of no use. */
    public static final String UNFINISHED = ".unfinished";

    private static final Set<StandardOpenOption> REPLACING =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private DurableFiles() {}

    /**
     * Returns once the file has this content, durably. A new file is written, synced and renamed over the old, and the
     * folder is synced; so a crash at any point leaves the old file or the new one, each whole.
     */
    public static void replace(Path file, List<ByteString> content) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        try (FileChannel channel = FileChannel.open(unfinished, REPLACING, OwnerOnly.ofFile(unfinished))) {
            for (ByteString part : content) {
                for (ByteBuffer bytes : part.asReadOnlyByteBufferList()) {
                    writeFully(channel, bytes);
                }
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(file.toAbsolutePath().getParent());
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** A new or renamed file is durable only once its folder is (cometbft #6031). */
    public static void syncFolder(Path folder) throws IOException {
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
