package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Programs that increment one counter between them, and put rising numbers under a key each; and what they were told. A
 * write without an answer may have taken effect or not, and may do so yet.
 *
 * <p>Thread-safe.
 */
final class WriteLoad {

    private static final String COUNTER = "n";

    private final Set<Long> sums = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> lastPutAcknowledged = new ConcurrentHashMap<>();
    private final Map<String, Long> lastPutIssued = new ConcurrentHashMap<>();
    private final AtomicInteger incrementsIssued = new AtomicInteger();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private volatile boolean ended;

    /** Answers a command. */
    @FunctionalInterface
    interface Store {
        JsonNode ask(String command) throws IOException;
    }

    /** Writes one command after the other until the load {@linkplain #end ends}. */
    void run(int client, Store store) throws IOException {
        String key = "last-" + client;
        for (long number = 1; !ended; number++) {
            lastPutIssued.put(key, number);
            if (isDone(store.ask("put " + key + " " + number))) {
                lastPutAcknowledged.put(key, number);
            }
            incrementsIssued.incrementAndGet();
            JsonNode sum = store.ask("incr " + COUNTER);
            if (isDone(sum)) {
                assertThat(sums.add(sum.get("value").asLong()))
                        .as("no increment gives a sum that another gave: " + sum)
                        .isTrue();
            }
        }
    }

    private boolean isDone(JsonNode answer) {
        if (answer.get("ok").asBoolean()) {
            acknowledged.incrementAndGet();
            return true;
        }
        assertThat(answer.get("unknown").asBoolean()).as(answer.toString()).isTrue();
        return false;
    }

    void end() {
        ended = true;
    }

    /** How many writes were acknowledged. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** Holds what was acknowledged against what is in the store, once everybody has ended. */
    void check(Store reads) throws IOException {
        assertThat(reads.ask(COUNTER).asInt()).isBetween(sums.size(), incrementsIssued.get());
        assertThat(reads.ask(COUNTER).asLong())
                .isGreaterThanOrEqualTo(sums.stream().max(Long::compare).orElseThrow());
        for (Map.Entry<String, Long> issued : lastPutIssued.entrySet()) {
            assertThat(reads.ask(issued.getKey()).asLong())
                    .as(issued.getKey())
                    .isBetween(lastPutAcknowledged.getOrDefault(issued.getKey(), 0L), issued.getValue());
        }
    }
}
