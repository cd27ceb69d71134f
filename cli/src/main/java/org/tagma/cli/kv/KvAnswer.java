package org.tagma.cli.kv;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tagma.examples.kv.KeyValueResult.Entries;
import org.tagma.examples.kv.KeyValueResult.Swap;

/** What became of a command that was carried out, for people and for programs. Immutable. */
sealed interface KvAnswer {

    /** Whether it did what it is for; a swap that did not take place, or a key that is not there, did not. */
    default boolean successful() {
        return true;
    }

    /** For people; may have several lines. */
    String text();

    /** For programs: adds {@code value}, and what else there is. */
    void addTo(Map<String, Object> json);

    /** A put. */
    record Stored(String value) implements KvAnswer {
        @Override
        public String text() {
            return "ok";
        }

        @Override
        public void addTo(Map<String, Object> json) {
            json.put("value", value);
        }
    }

    /** A get. */
    record Found(Optional<String> value) implements KvAnswer {
        @Override
        public boolean successful() {
            return value.isPresent();
        }

        @Override
        public String text() {
            return value.orElse("(no such key)");
        }

        @Override
        public void addTo(Map<String, Object> json) {
            json.put("value", value.orElse(null));
        }
    }

    /** A compare-and-set. */
    record Swapped(Swap swap) implements KvAnswer {
        @Override
        public boolean successful() {
            return swap.swapped();
        }

        @Override
        public String text() {
            if (swap.swapped()) {
                return "ok, swapped";
            }
            return swap.current()
                    .map(value -> "not swapped: the value is " + value)
                    .orElse("not swapped: there is no such key");
        }

        @Override
        public void addTo(Map<String, Object> json) {
            json.put("swapped", swap.swapped());
            json.put("value", swap.current().orElse(null));
        }
    }

    /** An increment. */
    record Sum(long sum) implements KvAnswer {
        @Override
        public String text() {
            return Long.toString(sum);
        }

        @Override
        public void addTo(Map<String, Object> json) {
            json.put("value", sum);
        }
    }

    /** A delete. */
    record Deleted(boolean existed) implements KvAnswer {
        @Override
        public boolean successful() {
            return existed;
        }

        @Override
        public String text() {
            return existed ? "ok, deleted" : "(no such key)";
        }

        @Override
        public void addTo(Map<String, Object> json) {
            json.put("value", existed);
        }
    }

    /** A scan. */
    record Scanned(Entries found) implements KvAnswer {
        @Override
        public String text() {
            StringBuilder text = new StringBuilder();
            found.entries()
                    .forEach(entry -> text.append(entry.getKey())
                            .append('\t')
                            .append(entry.getValue())
                            .append('\n'));
            text.append(found.entries().size()).append(found.entries().size() == 1 ? " entry" : " entries");
            return text.append(found.truncated() ? ", and there are more" : "").toString();
        }

        @Override
        public void addTo(Map<String, Object> json) {
            Map<String, String> entries = new LinkedHashMap<>();
            found.entries().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
            json.put("value", entries);
            json.put("truncated", found.truncated());
        }
    }
}
