package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** States for tests, small and with keys that are beginnings of each other. */
final class States {

    /** A write: a value, or none to delete. */
    record Write(ByteString key, Optional<ByteString> value) {}

    private States() {}

    static Arbitrary<ByteString> keys() {
        Arbitrary<ByteString> nasty = Arbitraries.of((byte) 0, (byte) 1, (byte) 0x7f, (byte) 0x80, (byte) 0xff)
                .list()
                .ofMaxSize(4)
                .map(States::bytes);
        return Arbitraries.oneOf(
                nasty,
                Arbitraries.strings().withCharRange('a', 'd').ofMaxLength(5).map(ByteString::copyFromUtf8));
    }

    static Arbitrary<ByteString> values() {
        return Arbitraries.strings().ascii().ofMaxLength(6).map(ByteString::copyFromUtf8);
    }

    static Arbitrary<List<Write>> writes() {
        return Combinators.combine(keys(), values().optional(0.8))
                .as(Write::new)
                .list()
                .ofMaxSize(80);
    }

    private static ByteString bytes(List<Byte> list) {
        ByteString.Output out = ByteString.newOutput();
        list.forEach(out::write);
        return out.toByteString();
    }

    static TreeMap<ByteString, ByteString> model(List<Write> writes) {
        TreeMap<ByteString, ByteString> model = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        writes.forEach(write ->
                write.value().ifPresentOrElse(value -> model.put(write.key(), value), () -> model.remove(write.key())));
        return model;
    }

    static MerkleTree tree(List<Write> writes) {
        MerkleStateStore store = new MerkleStateStore();
        writes.forEach(write -> write(store, write));
        return store.tree();
    }

    static MerkleTree tree(Map<ByteString, ByteString> entries) {
        MerkleStateStore store = new MerkleStateStore();
        entries.forEach(store::put);
        return store.tree();
    }

    static void write(StateStore store, Write write) {
        write.value().ifPresentOrElse(value -> store.put(write.key(), value), () -> store.delete(write.key()));
    }

    /** {@code count} entries with values of {@code valueBytes}. */
    static MerkleTree numbered(int count, int valueBytes) {
        MerkleStateStore store = new MerkleStateStore();
        for (int i = 0; i < count; i++) {
            store.put(key(i), ByteString.copyFrom(new byte[valueBytes]).concat(ByteString.copyFromUtf8("" + i)));
        }
        return store.tree();
    }

    static ByteString key(int number) {
        return ByteString.copyFromUtf8("account/" + number);
    }

    static List<StateEntry> list(Iterable<StateEntry> entries) {
        List<StateEntry> list = new ArrayList<>();
        entries.forEach(list::add);
        return list;
    }

    static List<StateEntry> list(Map<ByteString, ByteString> entries) {
        return entries.entrySet().stream()
                .map(entry -> new StateEntry(entry.getKey(), entry.getValue()))
                .toList();
    }
}
