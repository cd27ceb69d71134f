package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.tagma.client.BftClient;
import org.tagma.client.call.BftClientException;
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
 * A {@link KeyValueStore} at a cluster, with types. Futures fail with a {@link BftClientException}; a refusal by the
 * store is a {@link org.tagma.client.call.RejectedException} with one of the store's codes.
 *
 * <p>Thread-safe, as its client is. Closing the client is up to whoever made it.
 */
public final class KeyValueClient {

    /** How operations reach a cluster: {@link BftClient} has both methods. */
    public interface Calls {
        /** Has an operation ordered and executed once. */
        CompletableFuture<ByteString> invoke(ByteString operation);

        /** Has a read answered. */
        CompletableFuture<ByteString> query(ByteString operation);
    }

    private final Calls calls;

    /** A typed view of a client. */
    public KeyValueClient(BftClient client) {
        this(new Calls() {
            @Override
            public CompletableFuture<ByteString> invoke(ByteString operation) {
                return client.invoke(operation);
            }

            @Override
            public CompletableFuture<ByteString> query(ByteString operation) {
                return client.query(operation);
            }
        });
    }

    /** A typed view of anything that carries operations. */
    public KeyValueClient(Calls calls) {
        this.calls = calls;
    }

    /** Sets a key. */
    public CompletableFuture<Void> put(String key, String value) {
        return call(new Put(key, value), Done.class, done -> null);
    }

    /** Reads a key; empty if it is not there. */
    public CompletableFuture<Optional<String>> get(String key) {
        return call(new Get(key), Value.class, Value::value);
    }

    /** Removes a key; says whether it was there. */
    public CompletableFuture<Boolean> delete(String key) {
        return call(new Delete(key), Flag.class, Flag::flag);
    }

    /** Sets a key if it is there with the expected value; says whether it was, and which value the key has now. */
    public CompletableFuture<Swap> compareAndSet(String key, String expected, String replacement) {
        return call(new CompareAndSet(key, expected, replacement), Swap.class, Function.identity());
    }

    /** Adds to the number under a key, 0 if there is none; gives the sum. */
    public CompletableFuture<Long> increment(String key, long delta) {
        return call(new Increment(key, delta), KeyValueResult.Number.class, KeyValueResult.Number::number);
    }

    /**
     * Reads the first entries whose keys begin with a prefix, in the order of keys.
     *
     * @param limit how many at most, 1 to {@link KeyValueStore#MAX_SCAN_ENTRIES}
     */
    public CompletableFuture<Entries> scan(String prefix, int limit) {
        return call(new Scan(prefix, limit), Entries.class, Function.identity());
    }

    private <R extends KeyValueResult, T> CompletableFuture<T> call(
            KeyValueOperation operation, Class<R> resultType, Function<R, T> value) {
        ByteString bytes = operation.encode();
        return (operation.isRead() ? calls.query(bytes) : calls.invoke(bytes))
                .thenApply(result -> value.apply(resultType.cast(KeyValueResult.decode(result))));
    }
}
