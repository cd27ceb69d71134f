package org.tagma.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.examples.kv.KeyValueOperation.CompareAndSet;
import org.tagma.examples.kv.KeyValueOperation.Delete;
import org.tagma.examples.kv.KeyValueOperation.Get;
import org.tagma.examples.kv.KeyValueOperation.Increment;
import org.tagma.examples.kv.KeyValueOperation.Put;
import org.tagma.examples.kv.KeyValueOperation.Scan;

class KeyValueStorePropertyTest {

    private final KeyValueStore store = new KeyValueStore();

    /** The typed client straight on the store, as if the cluster had one correct replica. */
    private final KeyValueClient client = new KeyValueClient(new KeyValueClient.Calls() {
        @Override
        public CompletableFuture<ByteString> invoke(ByteString operation) {
            return answer(() -> store.apply(operation, new ExecutionContext(1, 0, 0, new SessionId(1, 1))));
        }

        @Override
        public CompletableFuture<ByteString> query(ByteString operation) {
            return answer(() -> store.query(operation));
        }
    });

    @Property(tries = 300)
    void theStoreBehavesAsAPlainMap(@ForAll("operations") List<KeyValueOperation> operations) {
        store.restore(new KeyValueStore().snapshot());
        Map<String, String> model = new HashMap<>();

        for (KeyValueOperation operation : operations) {
            check(operation, model);
        }

        Map<String, String> all = new HashMap<>();
        client.scan("", KeyValueStore.MAX_SCAN_ENTRIES)
                .join()
                .entries()
                .forEach(entry -> all.put(entry.getKey(), entry.getValue()));
        assertThat(all).isEqualTo(model);
        KeyValueStore copy = new KeyValueStore();
        copy.restore(store.snapshot());
        assertThat(copy.snapshot()).isEqualTo(store.snapshot());
    }

    @Property(tries = 300)
    void anOperationSurvivesEncoding(@ForAll("operations") List<KeyValueOperation> operations)
            throws OperationRejectedException {
        for (KeyValueOperation operation : operations) {
            assertThat(KeyValueOperation.decode(operation.encode())).isEqualTo(operation);
        }
    }

    @Property(tries = 1_000)
    void anyBytesAreAnsweredOrRefused(@ForAll byte[] bytes) {
        ByteString operation = ByteString.copyFrom(bytes);
        try {
            KeyValueOperation decoded = KeyValueOperation.decode(operation);
            assertThat(decoded.encode()).as("one encoding each").isEqualTo(operation);
        } catch (OperationRejectedException e) {
            assertThat(e.code()).isEqualTo(KeyValueOperation.MALFORMED);
        }
    }

    private void check(KeyValueOperation operation, Map<String, String> model) {
        if (operation instanceof Put put) {
            client.put(put.key(), put.value()).join();
            model.put(put.key(), put.value());
        } else if (operation instanceof Get get) {
            assertThat(client.get(get.key()).join()).isEqualTo(Optional.ofNullable(model.get(get.key())));
        } else if (operation instanceof Delete delete) {
            assertThat(client.delete(delete.key()).join()).isEqualTo(model.remove(delete.key()) != null);
        } else if (operation instanceof CompareAndSet cas) {
            boolean same = cas.expected().equals(model.get(cas.key()));
            assertThat(client.compareAndSet(cas.key(), cas.expected(), cas.replacement())
                            .join())
                    .isEqualTo(new KeyValueResult.Swap(
                            same, same ? Optional.of(cas.replacement()) : Optional.ofNullable(model.get(cas.key()))));
            if (same) {
                model.put(cas.key(), cas.replacement());
            }
        } else if (operation instanceof Increment increment) {
            checkIncrement(increment, model);
        }
    }

    private void checkIncrement(Increment increment, Map<String, String> model) {
        CompletableFuture<Long> sum = client.increment(increment.key(), increment.delta());
        String before = model.getOrDefault(increment.key(), "0");
        if (before.matches("[0-9-]+")) {
            long expected = Long.parseLong(before) + increment.delta();
            assertThat(sum.join()).isEqualTo(expected);
            model.put(increment.key(), Long.toString(expected));
        } else {
            assertThat(sum).isCompletedExceptionally();
        }
    }

    @Provide
    Arbitrary<List<KeyValueOperation>> operations() {
        Arbitrary<String> keys = Arbitraries.of("a", "ab", "b", "ключ", "\uD83D\uDE00");
        Arbitrary<String> values = Arbitraries.of("", "x", "7", "-3", "ü");
        Arbitrary<KeyValueOperation> any = Arbitraries.oneOf(
                Combinators.combine(keys, values).as(Put::new),
                keys.map(Get::new),
                keys.map(Delete::new),
                Combinators.combine(keys, values, values).as(CompareAndSet::new),
                Combinators.combine(keys, Arbitraries.longs().between(-1_000, 1_000))
                        .as(Increment::new),
                Combinators.combine(keys, Arbitraries.integers().between(0, 1_000))
                        .as(Scan::new));
        return any.list().ofMaxSize(60);
    }

    private interface Answer {
        ByteString give() throws OperationRejectedException;
    }

    private static CompletableFuture<ByteString> answer(Answer answer) {
        try {
            return CompletableFuture.completedFuture(answer.give());
        } catch (OperationRejectedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
