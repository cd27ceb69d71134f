package org.tagma.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
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

class KeyValueStoreTest {

    private final KeyValueStore store = new KeyValueStore();

    @Test
    void whatWasPutIsRead() throws Exception {
        assertThat(apply(new Put("k", "v"))).isEqualTo(new Done());

        assertThat(apply(new Get("k"))).isEqualTo(new Value(Optional.of("v")));
        assertThat(query(new Get("k"))).isEqualTo(new Value(Optional.of("v")));
        assertThat(query(new Get("other"))).isEqualTo(new Value(Optional.empty()));
    }

    @Test
    void aKeyIsDeletedOnce() throws Exception {
        apply(new Put("k", "v"));

        assertThat(apply(new Delete("k"))).isEqualTo(new Flag(true));
        assertThat(apply(new Delete("k"))).isEqualTo(new Flag(false));
        assertThat(query(new Get("k"))).isEqualTo(new Value(Optional.empty()));
    }

    @Test
    void compareAndSetChangesOnlyWhatIsAsExpected() throws Exception {
        assertThat(apply(new CompareAndSet("k", "", "x"))).isEqualTo(new Swap(false, Optional.empty()));
        apply(new Put("k", "a"));

        assertThat(apply(new CompareAndSet("k", "b", "c"))).isEqualTo(new Swap(false, Optional.of("a")));
        assertThat(apply(new CompareAndSet("k", "a", "c"))).isEqualTo(new Swap(true, Optional.of("c")));
        assertThat(query(new Get("k"))).isEqualTo(new Value(Optional.of("c")));
    }

    @Test
    void incrementCountsFromZeroAndAddsNegativeNumbersToo() throws Exception {
        assertThat(apply(new Increment("n", 5))).isEqualTo(new KeyValueResult.Number(5));
        assertThat(apply(new Increment("n", -7))).isEqualTo(new KeyValueResult.Number(-2));
        assertThat(query(new Get("n"))).isEqualTo(new Value(Optional.of("-2")));
    }

    @Test
    void scanGivesTheKeysOfAPrefixInOrderUpToItsLimit() throws Exception {
        for (String key : List.of("b2", "a", "b", "c", "b1")) {
            apply(new Put(key, key + "!"));
        }

        assertThat(query(new Scan("b", 10)))
                .isEqualTo(new Entries(
                        List.of(Map.entry("b", "b!"), Map.entry("b1", "b1!"), Map.entry("b2", "b2!")), false));
        assertThat(query(new Scan("b", 2)))
                .isEqualTo(new Entries(List.of(Map.entry("b", "b!"), Map.entry("b1", "b1!")), true));
        assertThat(query(new Scan("b", 3)).toString()).contains("truncated=false");
        assertThat(((Entries) query(new Scan("", 10))).entries()).hasSize(5);
        assertThat(query(new Scan("x", 10))).isEqualTo(new Entries(List.of(), false));
    }

    @Test
    void aScanOfLargeValuesEndsEarlyButGivesAtLeastOne() throws Exception {
        String large = "v".repeat(KeyValueStore.MAX_SCAN_CHARS);
        apply(new Put("a", large));
        apply(new Put("b", large));

        assertThat(query(new Scan("", 10))).isEqualTo(new Entries(List.of(Map.entry("a", large)), true));
    }

    @Test
    void refusalsHaveStableCodesAndChangeNothing() throws Exception {
        apply(new Put("text", "five"));
        apply(new Put("arabic", "٣"));
        apply(new Put("huge", "9223372036854775808"));
        apply(new Put("max", Long.toString(Long.MAX_VALUE)));
        ByteString before = store.snapshot();

        assertRejected("not-a-number", new Increment("text", 1));
        assertRejected("not-a-number", new Increment("arabic", 1));
        assertRejected("not-a-number", new Increment("huge", -1));
        assertRejected("overflow", new Increment("max", 1));
        assertRejected("bad-key", new Put("", "v"));
        assertRejected("bad-key", new Get("k".repeat(KeyValueStore.MAX_KEY_CHARS + 1)));
        assertRejected("bad-limit", new Scan("", 0));
        assertRejected("bad-limit", new Scan("", KeyValueStore.MAX_SCAN_ENTRIES + 1));

        assertThat(store.snapshot()).isEqualTo(before);
    }

    @Test
    void whatIsNoOperationIsRefusedWhicheverWayItComes() {
        ByteString good = new Put("key", "value").encode();
        List<ByteString> bad = List.of(
                ByteString.EMPTY,
                ByteString.copyFromUtf8("hello"),
                ByteString.copyFrom(new byte[] {0}),
                ByteString.copyFrom(new byte[] {2, -1, -1, -1, -1}),
                ByteString.copyFrom(new byte[] {2, 0, 0, 0, 1, (byte) 0xff}),
                good.concat(ByteString.copyFrom(new byte[1])),
                good.substring(0, good.size() - 1));

        for (ByteString operation : bad) {
            assertCode("malformed", () -> store.apply(operation, context()));
            assertCode("malformed", () -> store.query(operation));
        }
    }

    @Test
    void aWriteIsNoQuery() {
        assertCode("not-a-query", () -> store.query(new Increment("n", 1).encode()));
        assertCode("not-a-query", () -> store.query(new Put("k", "v").encode()));
    }

    @Test
    void aSnapshotHoldsEverythingHoweverTheStateWasReached() throws Exception {
        apply(new Put("b", "2"));
        apply(new Put("a", "1"));
        apply(new Put("gone", "x"));
        apply(new Delete("gone"));
        KeyValueStore other = new KeyValueStore();
        other.apply(new Put("stale", "x").encode(), context());

        other.restore(store.snapshot());

        assertThat(other.snapshot()).isEqualTo(store.snapshot());
        assertThat(KeyValueResult.decode(other.query(new Scan("", 10).encode())))
                .isEqualTo(new Entries(List.of(Map.entry("a", "1"), Map.entry("b", "2")), false));
        KeyValueStore direct = new KeyValueStore();
        direct.apply(new Put("a", "1").encode(), context());
        direct.apply(new Put("b", "2").encode(), context());
        assertThat(direct.snapshot()).isEqualTo(store.snapshot());
    }

    @Test
    void aDamagedSnapshotIsNotInstalled() throws Exception {
        apply(new Put("a", "1"));
        ByteString before = store.snapshot();

        assertThatThrownBy(() -> store.restore(before.substring(0, before.size() - 1)))
                .isInstanceOf(IllegalArgumentException.class);

        assertThat(store.snapshot()).isEqualTo(before);
    }

    private KeyValueResult apply(KeyValueOperation operation) throws OperationRejectedException {
        return KeyValueResult.decode(store.apply(operation.encode(), context()));
    }

    private KeyValueResult query(KeyValueOperation operation) throws OperationRejectedException {
        return KeyValueResult.decode(store.query(operation.encode()));
    }

    private void assertRejected(String code, KeyValueOperation operation) {
        assertCode(code, () -> apply(operation));
        if (operation.isRead()) {
            assertCode(code, () -> query(operation));
        }
    }

    private interface Attempt {
        Object run() throws OperationRejectedException;
    }

    private static void assertCode(String code, Attempt attempt) {
        assertThatThrownBy(attempt::run)
                .isInstanceOfSatisfying(
                        OperationRejectedException.class,
                        rejection -> assertThat(rejection.code()).isEqualTo(code));
    }

    private static ExecutionContext context() {
        return new ExecutionContext(1, 0, 0, new SessionId(1, 1));
    }
}
