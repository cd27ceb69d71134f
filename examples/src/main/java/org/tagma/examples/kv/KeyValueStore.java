package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;
import org.tagma.examples.kv.KeyValueOperation.CompareAndSet;
import org.tagma.examples.kv.KeyValueOperation.Delete;
import org.tagma.examples.kv.KeyValueOperation.Get;
import org.tagma.examples.kv.KeyValueOperation.Increment;
import org.tagma.examples.kv.KeyValueOperation.Put;
import org.tagma.examples.kv.KeyValueOperation.Scan;
import org.tagma.examples.kv.KeyValueResult.Done;
import org.tagma.examples.kv.KeyValueResult.Entries;
import org.tagma.examples.kv.KeyValueResult.Flag;
import org.tagma.examples.kv.KeyValueResult.Swap;
import org.tagma.examples.kv.KeyValueResult.Value;

/**
 * A sorted map from text to text, replicated. Use it through {@link KeyValueClient}.
 *
 * <p>Deterministic because it is a plain function of its map and the operation: the map is sorted, so scans and snapshots
 * come out alike on every replica, and nothing reads a clock. Every refusal has a stable code, and comes before anything is
 * changed.
 */
public final class KeyValueStore implements StateMachine {

    /** Refusal: a key must have 1 to {@link #MAX_KEY_CHARS} characters. */
    public static final String BAD_KEY = "bad-key";

    /** Refusal: the value to be incremented is not a decimal number of 64 bits. */
    public static final String NOT_A_NUMBER = "not-a-number";

    /** Refusal: the sum would not fit in 64 bits. */
    public static final String OVERFLOW = "overflow";

    /** Refusal: the limit of a scan is out of range. */
    public static final String BAD_LIMIT = "bad-limit";

    /** Refusal: an operation that writes came as a query. */
    public static final String NOT_A_QUERY = "not-a-query";

    /** The longest key, in UTF-16 characters. */
    public static final int MAX_KEY_CHARS = 1_024;

    /** How many entries one scan gives at most. */
    public static final int MAX_SCAN_ENTRIES = 1_000;

    /** A scan ends early once keys and values have this many characters, so that its reply fits in a frame. */
    public static final int MAX_SCAN_CHARS = 256 * 1_024;

    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,19}");

    private TreeMap<String, String> entries = new TreeMap<>();

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        return execute(KeyValueOperation.decode(operation)).encode();
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        KeyValueOperation query = KeyValueOperation.decode(operation);
        if (!query.isRead()) {
            throw new OperationRejectedException(NOT_A_QUERY, "only get and scan can be queries");
        }
        return execute(query).encode();
    }

    private KeyValueResult execute(KeyValueOperation operation) throws OperationRejectedException {
        if (operation instanceof Put put) {
            entries.put(checkKey(put.key()), put.value());
            return new Done();
        }
        if (operation instanceof Get get) {
            return new Value(Optional.ofNullable(entries.get(checkKey(get.key()))));
        }
        if (operation instanceof Delete delete) {
            return new Flag(entries.remove(checkKey(delete.key())) != null);
        }
        if (operation instanceof CompareAndSet cas) {
            boolean swapped = entries.replace(checkKey(cas.key()), cas.expected(), cas.replacement());
            return new Swap(swapped, Optional.ofNullable(entries.get(cas.key())));
        }
        if (operation instanceof Increment increment) {
            return increment(checkKey(increment.key()), increment.delta());
        }
        return scan((Scan) operation);
    }

    private KeyValueResult increment(String key, long delta) throws OperationRejectedException {
        String value = entries.getOrDefault(key, "0");
        // Not left to parseLong: it takes whatever this Java version's Unicode tables call a digit.
        if (!DECIMAL.matcher(value).matches()) {
            throw new OperationRejectedException(NOT_A_NUMBER, "the value of the key is not a number");
        }
        long sum;
        try {
            sum = Math.addExact(Long.parseLong(value), delta);
        } catch (NumberFormatException e) {
            throw new OperationRejectedException(NOT_A_NUMBER, "the value of the key has more than 64 bits");
        } catch (ArithmeticException e) {
            throw new OperationRejectedException(OVERFLOW, "the sum does not fit in 64 bits");
        }
        entries.put(key, Long.toString(sum));
        return new KeyValueResult.Number(sum);
    }

    private KeyValueResult scan(Scan scan) throws OperationRejectedException {
        if (scan.limit() < 1 || scan.limit() > MAX_SCAN_ENTRIES) {
            throw new OperationRejectedException(BAD_LIMIT, "the limit of a scan is 1 to " + MAX_SCAN_ENTRIES);
        }
        List<Map.Entry<String, String>> found = new ArrayList<>();
        int chars = 0;
        for (Map.Entry<String, String> entry : entries.tailMap(scan.prefix()).entrySet()) {
            if (!entry.getKey().startsWith(scan.prefix())) {
                break;
            }
            if (found.size() == scan.limit() || chars >= MAX_SCAN_CHARS) {
                return new Entries(found, true);
            }
            found.add(Map.entry(entry.getKey(), entry.getValue()));
            chars += entry.getKey().length() + entry.getValue().length();
        }
        return new Entries(found, false);
    }

    private static String checkKey(String key) throws OperationRejectedException {
        if (key.isEmpty() || key.length() > MAX_KEY_CHARS) {
            throw new OperationRejectedException(BAD_KEY, "a key has 1 to " + MAX_KEY_CHARS + " characters");
        }
        return key;
    }

    @Override
    public ByteString snapshot() {
        FieldWriter out = new FieldWriter().count(entries.size());
        entries.forEach((key, value) -> out.text(key).text(value));
        return out.done();
    }

    @Override
    public void restore(ByteString snapshot) {
        TreeMap<String, String> restored = new TreeMap<>();
        try {
            FieldReader in = new FieldReader(snapshot);
            int count = in.count();
            for (int i = 0; i < count; i++) {
                restored.put(in.text(), in.text());
            }
            in.end();
        } catch (FieldReader.MalformedException e) {
            throw new IllegalArgumentException("not a snapshot of a key-value store: " + e.getMessage(), e);
        }
        entries = restored;
    }
}
