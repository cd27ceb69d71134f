package org.tagma.replica.storage.files;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.tagma.replica.storage.DataFolderException;

/**
 * A small text file of {@code key value} lines that people can read, and whose last line is a checksum of the others,
 * so that nothing else is taken for it.
 */
public final class CheckedText {

    private static final String CHECKSUM = "checksum";
    private static final int MAX_BYTES = 4_096;

    private CheckedText() {}

    /** Returns once the file is durable. */
    public static void write(Path file, Map<String, String> values) throws IOException {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append(' ').append(value).append('\n'));
        String lines = text.toString();
        text.append(CHECKSUM).append(' ').append(checksum(lines)).append('\n');
        DurableFiles.replace(file, List.of(ByteString.copyFromUtf8(text.toString())));
    }

    /**
     * Reads it back; empty if there is no such file.
     *
     * @throws DataFolderException if it is not as it was written
     */
    public static Optional<Map<String, String>> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        if (Files.size(file) > MAX_BYTES) {
            throw DataFolderException.damaged(file, "it is far too large");
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int end = text.lastIndexOf(CHECKSUM + ' ');
        if (end < 0 || !text.substring(end).equals(CHECKSUM + ' ' + checksum(text.substring(0, end)) + '\n')) {
            throw DataFolderException.damaged(file, "its checksum is wrong");
        }
        Map<String, String> values = new LinkedHashMap<>();
        text.substring(0, end).lines().forEach(line -> {
            int space = line.indexOf(' ');
            values.put(line.substring(0, Math.max(0, space)), line.substring(space + 1));
        });
        return Optional.of(values);
    }

    private static String checksum(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }
}
