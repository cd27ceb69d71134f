package org.tagma.replica.storage.log;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.MessageCodec;

/**
 * A record as it stands in the database.
 *
 * <p>The key of a record of a sequence number is {@code s}, the sequence number and the record's own number, so that
 * truncation removes one range. Of the others, which belong to none or survive amnesia, only the newest of a class
 * counts; their key is {@code n} and the class, so that a newer one replaces the older. The value is the version of
 * this format, the record's number, a CRC-32C over key and value, and the record itself.
 *
 * @param number records are numbered from 1 in the order in which they were appended
 * @param sequence as {@link LogRecord#sequence}, or 0 if only the newest of its class counts
 * @param checksum CRC-32C over key, version, number and payload
 */
public record LogEntry(byte[] key, byte[] value, long number, long sequence, long checksum) {

    private static final byte VERSION = 1;
    private static final byte OF_SEQUENCE = 's';
    private static final byte NEWEST = 'n';
    private static final int HEADER_BYTES = 1 + Long.BYTES + Integer.BYTES;

    /** How a record is to be written. */
    static LogEntry of(long number, LogRecord logRecord) {
        long sequence = sequenceOf(logRecord);
        byte[] key = sequence > 0
                ? ByteBuffer.allocate(1 + 2 * Long.BYTES)
                        .put(OF_SEQUENCE)
                        .putLong(sequence)
                        .putLong(number)
                        .array()
                : newestKey(logRecord);
        ByteString payload = MessageCodec.encodeRecord(logRecord);
        byte[] value = new byte[HEADER_BYTES + payload.size()];
        payload.copyTo(value, HEADER_BYTES);
        ByteBuffer.wrap(value).put(VERSION).putLong(number);
        long checksum = checksum(key, value);
        ByteBuffer.wrap(value).putInt(1 + Long.BYTES, (int) checksum);
        return new LogEntry(key, value, number, sequence, checksum);
    }

    /** 0 if only the newest of its class counts, and truncation does not concern it. */
    private static long sequenceOf(LogRecord logRecord) {
        return logRecord.survivesAmnesia() ? 0 : logRecord.sequence();
    }

    private static byte[] newestKey(LogRecord logRecord) {
        Class<?> type = logRecord.getClass();
        String name = type.getEnclosingClass() == null
                ? type.getSimpleName()
                : type.getEnclosingClass().getSimpleName() + "." + type.getSimpleName();
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + bytes.length).put(NEWEST).put(bytes).array();
    }

    /** What a database gave back; empty if it is not what was written. */
    public static Optional<LogEntry> read(byte[] key, byte[] value) {
        if (value.length < HEADER_BYTES || value[0] != VERSION || !isKey(key)) {
            return Optional.empty();
        }
        ByteBuffer header = ByteBuffer.wrap(value);
        long number = header.getLong(1);
        long checksum = Integer.toUnsignedLong(header.getInt(1 + Long.BYTES));
        long sequence = key[0] == OF_SEQUENCE ? ByteBuffer.wrap(key).getLong(1) : 0;
        boolean misplaced = key[0] == OF_SEQUENCE && ByteBuffer.wrap(key).getLong(1 + Long.BYTES) != number;
        return misplaced || checksum(key, value) != checksum
                ? Optional.empty()
                : Optional.of(new LogEntry(key, value, number, sequence, checksum));
    }

    /** The first bytes of keys. */
    public static byte[] kinds() {
        return new byte[] {NEWEST, OF_SEQUENCE};
    }

    private static boolean isKey(byte[] key) {
        return key.length > 0
                && (key[0] == OF_SEQUENCE ? key.length == 1 + 2 * Long.BYTES : key[0] == NEWEST && key.length > 1);
    }

    /** The record; empty if this version does not know it, or it is not the one that the key says. */
    public Optional<LogRecord> decode() {
        Decoded<LogRecord> decoded =
                MessageCodec.decodeRecord(ByteString.copyFrom(value, HEADER_BYTES, value.length - HEADER_BYTES));
        if (!(decoded instanceof Decoded.Ok<LogRecord> ok)) {
            return Optional.empty();
        }
        boolean inItsPlace =
                sequenceOf(ok.value()) == sequence && (sequence > 0 || Arrays.equals(newestKey(ok.value()), key));
        return inItsPlace ? Optional.of(ok.value()) : Optional.empty();
    }

    /** Whether records of this key belong to no sequence number. */
    boolean isNewestOfClass() {
        return isNewestOfClass(key);
    }

    /** Whether records of this key belong to no sequence number. */
    static boolean isNewestOfClass(byte[] key) {
        return key[0] == NEWEST;
    }

    /** Where the records of a sequence number begin. */
    static byte[] startOf(long sequence) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(OF_SEQUENCE)
                .putLong(sequence)
                .array();
    }

    /** The value without its checksum field, and the key: what is written where belongs to what is checked. */
    private static long checksum(byte[] key, byte[] value) {
        CRC32C crc = new CRC32C();
        crc.update(key);
        crc.update(value, 0, 1 + Long.BYTES);
        crc.update(value, HEADER_BYTES, value.length - HEADER_BYTES);
        return crc.getValue();
    }
}
