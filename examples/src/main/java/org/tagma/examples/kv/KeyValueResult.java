package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a {@link KeyValueStore} answers. Immutable. */
public sealed interface KeyValueResult {

    /** It is done. */
    record Done() implements KeyValueResult {}

    /** The value, if the key is there. */
    record Value(Optional<String> value) implements KeyValueResult {}

    /** Yes or no. */
    record Flag(boolean flag) implements KeyValueResult {}

    /**
     * What came of a compare-and-set.
     *
     * @param current the value that the key has now; empty if it is not there
     */
    record Swap(boolean swapped, Optional<String> current) implements KeyValueResult {}

    /** A number. */
    record Number(long number) implements KeyValueResult {}

    /**
     * Entries in the order of keys.
     *
     * @param truncated whether there are more
     */
    record Entries(List<Map.Entry<String, String>> entries, boolean truncated) implements KeyValueResult {
        public Entries {
            entries = List.copyOf(entries);
        }
    }

    /** The bytes to send. */
    default ByteString encode() {
        FieldWriter out = new FieldWriter();
        if (this instanceof Done) {
            out.tag(1);
        } else if (this instanceof Value value) {
            value.value.ifPresentOrElse(text -> out.tag(3).text(text), () -> out.tag(2));
        } else if (this instanceof Flag flag) {
            out.tag(flag.flag ? 5 : 4);
        } else if (this instanceof Swap swap) {
            swap.current.ifPresentOrElse(text -> out.tag(swap.swapped ? 11 : 10).text(text), () -> out.tag(9));
        } else if (this instanceof Number number) {
            out.tag(6).number(number.number);
        } else if (this instanceof Entries entries) {
            out.tag(entries.truncated ? 8 : 7).count(entries.entries.size());
            entries.entries.forEach(entry -> out.text(entry.getKey()).text(entry.getValue()));
        }
        return out.done();
    }

    /**
     * Reads a result's bytes.
     *
     * @throws IllegalArgumentException if they are none: the replicas run another service
     */
    static KeyValueResult decode(ByteString bytes) {
        try {
            FieldReader in = new FieldReader(bytes);
            KeyValueResult result = read(in);
            in.end();
            return result;
        } catch (FieldReader.MalformedException e) {
            throw new IllegalArgumentException("not a result of a key-value store: " + e.getMessage(), e);
        }
    }

    private static KeyValueResult read(FieldReader in) throws FieldReader.MalformedException {
        int tag = in.tag();
        return switch (tag) {
            case 1 -> new Done();
            case 2 -> new Value(Optional.empty());
            case 3 -> new Value(Optional.of(in.text()));
            case 4, 5 -> new Flag(tag == 5);
            case 6 -> new Number(in.number());
            case 9 -> new Swap(false, Optional.empty());
            case 10, 11 -> new Swap(tag == 11, Optional.of(in.text()));
            case 7, 8 -> new Entries(readEntries(in), tag == 8);
            default -> throw new FieldReader.MalformedException("unknown result " + tag);
        };
    }

    private static List<Map.Entry<String, String>> readEntries(FieldReader in) throws FieldReader.MalformedException {
        int count = in.count();
        List<Map.Entry<String, String>> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(Map.entry(in.text(), in.text()));
        }
        return entries;
    }
}
