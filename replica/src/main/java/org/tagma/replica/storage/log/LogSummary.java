package org.tagma.replica.storage.log;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.tagma.core.protocol.Event.LogIntegrity;

/**
 * How many records a log holds and the sum of their checksums, written with every batch: a log from which a record is
 * missing, or in which an old one has come back, does not match it.
 *
 * <p>Not thread-safe.
 */
public final class LogSummary {

    /** Its key in the database. */
    public static final byte[] KEY = {'m'};

    private static final byte VERSION = 1;
    private static final int BODY_BYTES = 2 + 3 * Long.BYTES;

    /** In the order of their numbers on disk. */
    private static final List<LogIntegrity> MEMORIES =
            List.of(LogIntegrity.COMPLETE, LogIntegrity.LOST, LogIntegrity.PARTIAL);

    private final TreeMap<Long, Part> bySequence = new TreeMap<>();
    private final Map<ByteString, Long> newest = new HashMap<>();
    private long appended;
    private long count;
    private long sum;

    /** What the log is worth: less than {@link Memory#COMPLETE} if it lost records, and none has ended that since. */
    LogIntegrity memory = LogIntegrity.COMPLETE;

    private static final class Part {
        long count;
        long sum;
    }

    /** What was written with the last batch. */
    record Written(long appended, long count, long sum, LogIntegrity memory) {

        /** Reads it back; empty if the bytes are not one. */
        static Optional<Written> read(byte[] bytes) {
            if (bytes.length != BODY_BYTES + Integer.BYTES || bytes[0] != VERSION) {
                return Optional.empty();
            }
            ByteBuffer in = ByteBuffer.wrap(bytes);
            if (in.getInt(BODY_BYTES) != checksum(bytes) || bytes[1] < 0 || bytes[1] >= MEMORIES.size()) {
                return Optional.empty();
            }
            return Optional.of(new Written(
                    in.getLong(2), in.getLong(2 + Long.BYTES), in.getLong(2 + 2 * Long.BYTES), MEMORIES.get(bytes[1])));
        }
    }

    /** The number of the record appended last, or 0. */
    long appended() {
        return appended;
    }

    /** Numbers go on after this one. */
    void continueAfter(long number) {
        appended = Math.max(appended, number);
    }

    /** Counts a record that is in the log from now on. */
    void add(LogEntry entry) {
        appended = Math.max(appended, entry.number());
        count++;
        sum += entry.checksum();
        if (entry.isNewestOfClass()) {
            Long replaced = newest.put(ByteString.copyFrom(entry.key()), entry.checksum());
            if (replaced != null) {
                count--;
                sum -= replaced;
            }
        } else {
            Part part = bySequence.computeIfAbsent(entry.sequence(), sequence -> new Part());
            part.count++;
            part.sum += entry.checksum();
        }
    }

    /** Discounts the records of the sequence numbers up to this one. */
    void truncate(long sequence) {
        Map<Long, Part> gone = bySequence.headMap(sequence, true);
        for (Part part : gone.values()) {
            count -= part.count;
            sum -= part.sum;
        }
        gone.clear();
    }

    boolean matches(Written written) {
        return count == written.count() && sum == written.sum() && appended <= written.appended();
    }

    /** How many records there are. */
    long count() {
        return count;
    }

    byte[] encode() {
        byte[] bytes = new byte[BODY_BYTES + Integer.BYTES];
        ByteBuffer.wrap(bytes)
                .put(VERSION)
                .put((byte) MEMORIES.indexOf(memory))
                .putLong(appended)
                .putLong(count)
                .putLong(sum);
        ByteBuffer.wrap(bytes).putInt(BODY_BYTES, checksum(bytes));
        return bytes;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, BODY_BYTES);
        return (int) crc.getValue();
    }
}
