package org.tagma.replica.trace;

import java.io.Closeable;
import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a trace as it happens, in bounded memory. Not thread-safe: an {@link EventLog} is in front of it.
 *
 * <p>What cannot be written comes out as an {@link UncheckedIOException}, once; after that, and after its limit, it
 * writes nothing.
 */
public final class TraceWriter implements Closeable, Flushable {

    /** A trace of a replica that nobody stops ends here, in bytes: about ten million events. */
    public static final long DEFAULT_LIMIT_BYTES = 1L << 30;

    private static final int BUFFER_CHARS = 1 << 16;

    private final OutputStream out;
    private final long limitBytes;
    private final StringBuilder buffer = new StringBuilder();
    private long writtenBytes;
    private boolean over;

    private TraceWriter(OutputStream out, long limitBytes) {
        this.out = out;
        this.limitBytes = limitBytes;
    }

    /** Writes to a stream, which it closes in the end. */
    public static TraceWriter to(OutputStream out) {
        return new TraceWriter(out, Long.MAX_VALUE);
    }

    /** Writes a new file, in place of one that may be there. */
    public static TraceWriter toFile(Path file) throws IOException {
        return to(Files.newOutputStream(file));
    }

    /**
     * Adds to a file, which may hold earlier incarnations of the same replica.
     *
     * @param limitBytes the file is not made larger than this, but for one line that says so
     * @throws IOException also if the file is there and is no trace
     */
    public static TraceWriter appendTo(Path file, long limitBytes) throws IOException {
        boolean torn = false;
        long present = 0;
        if (Files.exists(file) && Files.size(file) > 0) {
            try (RandomAccessFile before = new RandomAccessFile(file.toFile(), "r")) {
                present = before.length();
                byte[] start = new byte[(int) Math.min(present, 14)];
                before.readFully(start);
                if (!new String(start, StandardCharsets.ISO_8859_1).equals("{\"tagma-trace\"")) {
                    throw new IOException(file + " is there and is not a trace");
                }
                before.seek(present - 1);
                torn = before.read() != '\n';
            }
        }
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        TraceWriter writer = new TraceWriter(out, limitBytes);
        writer.writtenBytes = present;
        writer.buffer.append(torn ? "\n" : "");
        return writer;
    }

    void write(TraceLine line, long nowMicros) {
        if (over) {
            return;
        }
        if (writtenBytes + buffer.length() >= limitBytes) {
            TraceFormat.append(buffer, new TraceLine.Cut(nowMicros));
            flush();
            over = true;
            return;
        }
        TraceFormat.append(buffer, line);
        if (buffer.length() >= BUFFER_CHARS) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (!over && buffer.length() > 0) {
            byte[] bytes = buffer.toString().getBytes(StandardCharsets.US_ASCII);
            buffer.setLength(0);
            writtenBytes += bytes.length;
            try {
                out.write(bytes);
                out.flush();
            } catch (IOException e) {
                over = true;
                throw new UncheckedIOException("the trace cannot be written: " + e.getMessage(), e);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (out) {
            flush();
        } finally {
            over = true;
        }
    }
}
