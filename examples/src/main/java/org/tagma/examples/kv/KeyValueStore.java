package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.StateEntry;
import org.tagma.core.state.StateStore;
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
 * <p>Deterministic because it is a plain function of its map and the operation: the map is sorted, so scans and
 * snapshots come out alike on every replica, and nothing reads a clock. Every refusal has a stable code, and comes
 * before anything is changed.
 */
public final class KeyValueStore implements MerkleStateMachine {

    /** Refusal: a key must have 1 to {@link #MAX_KEY_CHARS} characters. */
    public static final String BAD_KEY = "bad-key";

    /** Refusal: the value to be incremented is not a decimal number of 64 bits. */
    public static final String NOT_A_NUMBER = "not-a-number";

    /** Refusal: the sum would not fit in 64 bits. */
    public static final String OVERFLOW = "overflow";

    /** Refusal: a value must not be longer than the state takes. */
    public static final String VALUE_TOO_LONG = "value-too-long";

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

    private final MerkleStateStore entries = new MerkleStateStore();

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
            set(keyOf(put.key()), put.value());
            return new Done();
        }
        if (operation instanceof Get get) {
            return new Value(value(keyOf(get.key())));
        }
        if (operation instanceof Delete delete) {
            return new Flag(entries.delete(keyOf(delete.key())));
        }
        if (operation instanceof CompareAndSet cas) {
            return compareAndSet(keyOf(cas.key()), cas);
        }
        if (operation instanceof Increment increment) {
            return increment(keyOf(increment.key()), increment.delta());
        }
        return scan((Scan) operation);
    }

    private Swap compareAndSet(ByteString key, CompareAndSet cas) throws OperationRejectedException {
        boolean swapped = value(key).equals(Optional.of(cas.expected()));
        if (swapped) {
            set(key, cas.replacement());
        }
        return new Swap(swapped, value(key));
    }

    private KeyValueResult increment(ByteString key, long delta) throws OperationRejectedException {
        String value = value(key).orElse("0");
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
        set(key, Long.toString(sum));
        return new KeyValueResult.Number(sum);
    }

    private KeyValueResult scan(Scan scan) throws OperationRejectedException {
        if (scan.limit() < 1 || scan.limit() > MAX_SCAN_ENTRIES) {
            throw new OperationRejectedException(BAD_LIMIT, "the limit of a scan is 1 to " + MAX_SCAN_ENTRIES);
        }
        List<Map.Entry<String, String>> found = new ArrayList<>();
        int chars = 0;
        for (StateEntry entry : entries.withPrefix(ByteString.copyFromUtf8(scan.prefix()))) {
            if (found.size() == scan.limit() || chars >= MAX_SCAN_CHARS) {
                return new Entries(found, true);
            }
            String key = entry.key().toStringUtf8();
            String value = entry.value().toStringUtf8();
            found.add(Map.entry(key, value));
            chars += key.length() + value.length();
        }
        return new Entries(found, false);
    }

    private Optional<String> value(ByteString key) {
        return entries.get(key).map(ByteString::toStringUtf8);
    }

    /**
     * Whether a refusal with this code is the store's, of an operation of its own; another service refuses with other
     * words.
     */
    public static boolean refusesWith(String code) {
        return List.of(BAD_KEY, NOT_A_NUMBER, OVERFLOW, VALUE_TOO_LONG, BAD_LIMIT, NOT_A_QUERY)
                .contains(code);
    }

    private void set(ByteString key, String value) throws OperationRejectedException {
        ByteString bytes = ByteString.copyFromUtf8(value);
        if (bytes.size() > StateStore.MAX_VALUE_BYTES) {
            throw new OperationRejectedException(
                    VALUE_TOO_LONG, "a value has at most " + StateStore.MAX_VALUE_BYTES + " bytes");
        }
        entries.put(key, bytes);
    }

    private static ByteString keyOf(String key) throws OperationRejectedException {
        if (key.isEmpty() || key.length() > MAX_KEY_CHARS) {
            throw new OperationRejectedException(BAD_KEY, "a key has 1 to " + MAX_KEY_CHARS + " characters");
        }
        return stateKey(key);
    }

    /** Under which key of the state, and of proofs, a key of the store is: its UTF-8 bytes. */
    public static ByteString stateKey(String key) {
        return ByteString.copyFromUtf8(key);
    }

    @Override
    public MerkleStateStore state() {
        return entries;
    }
}
