package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import org.tagma.core.service.OperationRejectedException;

/** What a client can ask of a {@link KeyValueStore}. Immutable. */
public sealed interface KeyValueOperation {

    /** The code of a refusal to read an operation's bytes. */
    String MALFORMED = "malformed";

    /** Sets a key. Gives {@link KeyValueResult.Done}. */
    record Put(String key, String value) implements KeyValueOperation {}

    /** Reads a key. Gives {@link KeyValueResult.Value}. */
    record Get(String key) implements KeyValueOperation {}

    /** Removes a key. Gives {@link KeyValueResult.Flag}: whether it was there. */
    record Delete(String key) implements KeyValueOperation {}

    /**
     * Sets a key if it is there with the expected value. Gives {@link KeyValueResult.Swap}: whether it was, and the
     * value now.
     */
    record CompareAndSet(String key, String expected, String replacement) implements KeyValueOperation {}

    /** Adds to a decimal number; a key that is not there counts as 0. Gives {@link KeyValueResult.Number}: the sum. */
    record Increment(String key, long delta) implements KeyValueOperation {}

    /**
     * Reads the first entries whose keys begin with a prefix, in the order of keys. Gives
     * {@link KeyValueResult.Entries}.
     *
     * @param limit how many at most, 1 to {@link KeyValueStore#MAX_SCAN_ENTRIES}
     */
    record Scan(String prefix, int limit) implements KeyValueOperation {}

    /** Whether it leaves the state as it is, so that it may be a query. */
    default boolean isRead() {
        return this instanceof Get || this instanceof Scan;
    }

    /** The bytes to send. */
    default ByteString encode() {
        FieldWriter out = new FieldWriter();
        if (this instanceof Put put) {
            out.tag(1).text(put.key).text(put.value);
        } else if (this instanceof Get get) {
            out.tag(2).text(get.key);
        } else if (this instanceof Delete delete) {
            out.tag(3).text(delete.key);
        } else if (this instanceof CompareAndSet cas) {
            out.tag(4).text(cas.key).text(cas.expected).text(cas.replacement);
        } else if (this instanceof Increment increment) {
            out.tag(5).text(increment.key).number(increment.delta);
        } else if (this instanceof Scan scan) {
            out.tag(6).text(scan.prefix).count(scan.limit);
        }
        return out.done();
    }

    /**
     * Reads an operation's bytes.
     *
     * @throws OperationRejectedException with code {@link #MALFORMED} if they are none
     */
    static KeyValueOperation decode(ByteString bytes) throws OperationRejectedException {
        try {
            FieldReader in = new FieldReader(bytes);
            KeyValueOperation operation = read(in);
            in.end();
            return operation;
        } catch (FieldReader.MalformedException e) {
            throw new OperationRejectedException(MALFORMED, "not a key-value operation: " + e.getMessage());
        }
    }

    private static KeyValueOperation read(FieldReader in) throws FieldReader.MalformedException {
        int tag = in.tag();
        return switch (tag) {
            case 1 -> new Put(in.text(), in.text());
            case 2 -> new Get(in.text());
            case 3 -> new Delete(in.text());
            case 4 -> new CompareAndSet(in.text(), in.text(), in.text());
            case 5 -> new Increment(in.text(), in.number());
            case 6 -> new Scan(in.text(), in.count());
            default -> throw new FieldReader.MalformedException("unknown operation " + tag);
        };
    }
}
