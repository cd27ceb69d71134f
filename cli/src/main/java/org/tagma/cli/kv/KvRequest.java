package org.tagma.cli.kv;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.examples.kv.KeyValueStore;

/** One command for the store, as its words say it. Immutable. */
sealed interface KvRequest {

    /** The words there are, for messages. */
    String USAGE = "put KEY VALUE, get KEY, cas KEY OLD NEW, incr KEY [DELTA], del KEY, scan PREFIX";

    /** The word it begins with. */
    String op();

    /** The key it is about; for a scan, the prefix. */
    String key();

    /** Has it done. */
    CompletableFuture<KvAnswer> send(KeyValueClient client);

    /** Sets a key. */
    record Put(String key, String value) implements KvRequest {
        @Override
        public String op() {
            return "put";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.put(key, value).thenApply(done -> new KvAnswer.Stored(value));
        }
    }

    /** Reads a key. */
    record Get(String key) implements KvRequest {
        @Override
        public String op() {
            return "get";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.get(key).thenApply(KvAnswer.Found::new);
        }
    }

    /** Sets a key that has an expected value. */
    record Cas(String key, String expected, String replacement) implements KvRequest {
        @Override
        public String op() {
            return "cas";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.compareAndSet(key, expected, replacement).thenApply(KvAnswer.Swapped::new);
        }
    }

    /** Adds to a number. */
    record Incr(String key, long delta) implements KvRequest {
        @Override
        public String op() {
            return "incr";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.increment(key, delta).thenApply(KvAnswer.Sum::new);
        }
    }

    /** Removes a key. */
    record Del(String key) implements KvRequest {
        @Override
        public String op() {
            return "del";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.delete(key).thenApply(KvAnswer.Deleted::new);
        }
    }

    /** Reads all keys that begin alike. */
    record Scan(String key) implements KvRequest {
        @Override
        public String op() {
            return "scan";
        }

        @Override
        public CompletableFuture<KvAnswer> send(KeyValueClient client) {
            return client.scan(key, KeyValueStore.MAX_SCAN_ENTRIES).thenApply(KvAnswer.Scanned::new);
        }
    }

    /**
     * Reads the words of a command.
     *
     * @throws MalformedCommandException if they are none
     */
    static KvRequest of(List<String> words) throws MalformedCommandException {
        if (words.isEmpty()) {
            throw new MalformedCommandException("there is no command; there are " + USAGE);
        }
        String op = words.get(0).toLowerCase(Locale.ROOT);
        return switch (op) {
            case "put" -> {
                requireWords(words, 3, 3, "put KEY VALUE");
                yield new Put(words.get(1), words.get(2));
            }
            case "get" -> {
                requireWords(words, 2, 2, "get KEY");
                yield new Get(words.get(1));
            }
            case "cas" -> {
                requireWords(words, 4, 4, "cas KEY OLD NEW");
                yield new Cas(words.get(1), words.get(2), words.get(3));
            }
            case "incr" -> {
                requireWords(words, 2, 3, "incr KEY [DELTA]");
                yield new Incr(words.get(1), words.size() == 2 ? 1 : delta(words.get(2)));
            }
            case "del" -> {
                requireWords(words, 2, 2, "del KEY");
                yield new Del(words.get(1));
            }
            case "scan" -> {
                requireWords(words, 2, 2, "scan PREFIX");
                yield new Scan(words.get(1));
            }
            default -> throw new MalformedCommandException("unknown command " + words.get(0) + "; there are " + USAGE);
        };
    }

    private static void requireWords(List<String> words, int least, int most, String usage)
            throws MalformedCommandException {
        if (words.size() < least || words.size() > most) {
            throw new MalformedCommandException("it is: " + usage + "; here are " + words.size()
                    + " words (put a word with spaces in quotes, and options before the command)");
        }
    }

    private static long delta(String text) throws MalformedCommandException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new MalformedCommandException("the DELTA of incr must be a whole number of 64 bits, not " + text);
        }
    }
}
