package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.StateEntry;

/**
 * A replica says of an answer that it was the same after each of some batches. Held against a history that keeps every
 * state as it was: keys come, go and come back, and one replica falls behind and fetches the state in which it goes on.
 */
class ReadIntervalTest extends MerkleTransfers {

    private static final ServiceLimits LIMITS_OF_SERVICE = new ServiceLimits(2, 400);
    private static final String[] KEYS = {"", "a", "aa", "ab", "abc", "b", "ba", "c", "cab", "cad"};
    private static final int BATCHES = 50;

    /** Puts, deletes and reads. */
    private static final class Table implements MerkleStateMachine {

        private final MerkleStateStore state;

        Table(MerkleStateStore state) {
            this.state = state;
        }

        @Override
        public MerkleStateStore state() {
            return state;
        }

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
            String[] words = operation.toStringUtf8().split(" ", -1);
            if (words[0].equals("put")) {
                state.put(bytes(words[1]), bytes(words[2]));
            } else {
                state.delete(bytes(words[1]));
            }
            if (words[0].equals("refuse")) {
                throw new OperationRejectedException("refused", "as told");
            }
            return ByteString.EMPTY;
        }

        @Override
        public ByteString query(ByteString operation) {
            String[] words = operation.toStringUtf8().split(" ", -1);
            return switch (words[0]) {
                case "get" ->
                    bytes(state.get(bytes(words[1]))
                            .map(ByteString::toStringUtf8)
                            .orElse("none"));
                case "prefix" -> all(state.withPrefix(bytes(words[1])));
                case "range" -> all(state.range(bytes(words[1]), Optional.of(bytes(words[2]))));
                case "rest" -> all(state.range(bytes(words[1]), Optional.empty()));
                default -> all(state.tree().entries());
            };
        }

        private static ByteString all(Iterable<StateEntry> entries) {
            StringBuilder all = new StringBuilder();
            entries.forEach(entry -> all.append(entry.key().toStringUtf8())
                    .append('=')
                    .append(entry.value().toStringUtf8())
                    .append(' '));
            return bytes(all.toString());
        }
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private final ReplicatedService ahead = new ReplicatedService(new Table(store), LIMITS_OF_SERVICE);
    private final MerkleStateStore laggardsStore = new MerkleStateStore();
    private final ReplicatedService laggard = new ReplicatedService(new Table(laggardsStore), LIMITS_OF_SERVICE);
    private final List<TreeMap<String, String>> history = new ArrayList<>(List.of(new TreeMap<>()));
    private long number;
    private long width;

    @Test
    void anAnswerWasTheSameAfterEachBatchThatItNames() {
        long widest = 0;
        for (long seed = 0; seed < 150; seed++) {
            ReadIntervalTest run = new ReadIntervalTest();
            run.play(new Random(seed));
            widest = Math.max(widest, run.width);
        }
        assertThat(widest).as("an answer that is old is known to be old").isGreaterThan(BATCHES / 2);
    }

    private void play(Random random) {
        boolean behind = false;
        for (int sequence = 1; sequence <= BATCHES; sequence++) {
            Batch batch = batch(random, history.get(sequence - 1));
            ahead.execute(sequence, batch);
            behind |= random.nextInt(10) == 0;
            if (!behind) {
                laggard.execute(sequence, batch);
            } else if (random.nextInt(6) == 0) {
                fetch();
                behind = false;
            }
            for (int i = 0; i < 6; i++) {
                ask(ahead, random);
                ask(laggard, random);
            }
        }
    }

    private Batch batch(Random random, TreeMap<String, String> before) {
        TreeMap<String, String> after = new TreeMap<>(before);
        List<Request> requests = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String key = KEYS[random.nextInt(KEYS.length)];
            String value = random.nextBoolean() ? "u" : "v";
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    after.put(key, value);
                    requests.add(Requests.fifo(1, 1, ++number, "put " + key + " " + value));
                }
                case 2 -> requests.add(Requests.fifo(1, 1, ++number, "refuse " + key));
                default -> {
                    after.remove(key);
                    requests.add(Requests.fifo(1, 1, ++number, "delete " + key));
                }
            }
        }
        history.add(after);
        return Batch.of(1, requests);
    }

    /** What it has of its own is not fetched again: nodes that it made long ago come into the new state. */
    private void fetch() {
        ServiceSnapshot snapshot = ahead.snapshot();
        keeper.keep(snapshot);
        fetcher = newFetcher();
        have(Optional.of(laggardsStore.tree()));
        Completed done = transfer(snapshot);
        assertThat(laggard.install(snapshot.sequence(), done.snapshot(), done.tree()))
                .isEmpty();
    }

    private void ask(ReplicatedService service, Random random) {
        String one = KEYS[random.nextInt(KEYS.length)];
        String other = KEYS[random.nextInt(KEYS.length)];
        String query = switch (random.nextInt(5)) {
            case 0, 1 -> "get " + one;
            case 2 -> "prefix " + one;
            case 3 -> "range " + one + " " + other;
            default -> (random.nextBoolean() ? "rest " : "all ") + one;
        };
        ReadAnswer answer = service.read(bytes(query));
        assertThat(answer.until()).isEqualTo(service.lastExecuted());
        assertThat(answer.since()).isLessThanOrEqualTo(answer.until());
        for (long batch = answer.since(); batch <= answer.until(); batch++) {
            assertThat(answer.reply().result().toStringUtf8())
                    .as("%s after batch %s of %s to %s", query, batch, answer.since(), answer.until())
                    .isEqualTo(answerOf(history.get((int) batch), query.split(" ", -1)));
        }
        width = Math.max(width, answer.until() - answer.since());
    }

    private static String answerOf(TreeMap<String, String> state, String[] words) {
        if (words[0].equals("get")) {
            return state.getOrDefault(words[1], "none");
        }
        StringBuilder all = new StringBuilder();
        state.forEach((key, value) -> {
            boolean given = switch (words[0]) {
                case "prefix" -> key.startsWith(words[1]);
                case "range" -> key.compareTo(words[1]) >= 0 && key.compareTo(words[2]) < 0;
                case "rest" -> key.compareTo(words[1]) >= 0;
                default -> true;
            };
            all.append(given ? key + "=" + value + " " : "");
        });
        return all.toString();
    }

    /** Of a state without a tree nothing is known but what it is now. */
    @Test
    void anOpaqueStateAnswersForTheLastBatchOnly() {
        ReplicatedService opaque = new ReplicatedService(new Journal(), LIMITS_OF_SERVICE);
        opaque.execute(1, Batch.of(1, List.of(Requests.fifo(1, 1, 1))));
        opaque.execute(2, Batch.of(1, List.of()));

        ReadAnswer answer = opaque.read(ByteString.EMPTY);

        assertThat(answer.since()).isEqualTo(2);
        assertThat(answer.until()).isEqualTo(2);
    }
}
