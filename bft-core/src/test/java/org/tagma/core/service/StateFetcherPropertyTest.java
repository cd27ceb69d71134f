package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.StateFetcher.Ask;

/** Known bug 23: state transfer from liars, and from sources that die, with one correct source among them. */
class StateFetcherPropertyTest {

    private static final int ASKER = 3;

    /** What is wrong with a source. */
    enum Fault {
        SILENT,
        LIES,
        LIES_NOW_AND_THEN,
        ANSWERS_SOMETHING_ELSE,
        WITHHOLDS_SOME_CHUNKS,
        LOSES_MESSAGES
    }

    private static final TransferLimits LIMITS = new TransferLimits(1 << 20, 8, 2);
    private static final int MAX_TICKS = 500;

    private final ServiceSnapshot state = ServiceSnapshot.of(100, bytes(12 * SnapshotManifest.CHUNK_BYTES + 5));
    private final SnapshotKeeper keeper = new SnapshotKeeper();

    @Property(tries = 150)
    void oneCorrectSourceAmongFaultyOnesSuffices(
            @ForAll @Size(max = 5) List<Fault> faults, @ForAll @IntRange(max = 5) int correctAt, @ForAll long seed) {
        List<Optional<Fault>> sources = new ArrayList<>();
        faults.forEach(fault -> sources.add(Optional.of(fault)));
        sources.add(Math.min(correctAt, sources.size()), Optional.empty());

        Completed completed = run(sources, new Random(seed));

        assertThat(completed.snapshot()).isEqualTo(state.data());
    }

    private Completed run(List<Optional<Fault>> sources, Random random) {
        keeper.keep(state);
        StateFetcher fetcher = new StateFetcher(LIMITS);
        List<Integer> ids = new ArrayList<>();
        for (int id = 0; id < sources.size(); id++) {
            ids.add(id);
        }
        Deque<Ask> network = new ArrayDeque<>(fetcher.start(100, state.stateDigest(), ids));
        for (int tick = 0; tick < MAX_TICKS; tick++) {
            while (!network.isEmpty()) {
                Ask ask = take(network, random);
                Optional<Answer> answer = answer(sources.get(ask.to()), ask.question(), random);
                if (answer.isPresent()) {
                    FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer.get());
                    if (outcome instanceof Completed completed) {
                        return completed;
                    }
                    network.addAll(follow(outcome, sources));
                    assertThat(network.size()).isLessThanOrEqualTo(2 * LIMITS.maxOutstanding());
                }
            }
            network.addAll(fetcher.onTick());
        }
        throw new AssertionError("not complete after " + MAX_TICKS + " ticks with " + sources);
    }

    private static List<Ask> follow(FetchOutcome outcome, List<Optional<Fault>> sources) {
        if (outcome instanceof Banned banned) {
            assertThat(sources.get(banned.source()))
                    .as("a correct replica is never banned")
                    .isPresent();
            return banned.asks();
        }
        return outcome instanceof Accepted accepted ? accepted.asks() : List.of();
    }

    private static Ask take(Deque<Ask> network, Random random) {
        List<Ask> all = new ArrayList<>(network);
        Collections.shuffle(all, random);
        network.clear();
        network.addAll(all);
        return network.removeFirst();
    }

    private Optional<Answer> answer(Optional<Fault> fault, Question question, Random random) {
        Optional<Answer> truth = keeper.answer(ASKER, question);
        if (fault.isEmpty()) {
            return truth;
        }
        return switch (fault.get()) {
            case SILENT -> Optional.empty();
            case LIES -> truth.map(StateFetcherPropertyTest::corrupt);
            case LIES_NOW_AND_THEN -> random.nextInt(4) == 0 ? truth.map(StateFetcherPropertyTest::corrupt) : truth;
            case ANSWERS_SOMETHING_ELSE ->
                Optional.of(new ChunkAnswer(100 + random.nextInt(2), random.nextInt(30) - 10, ByteString.EMPTY));
            case WITHHOLDS_SOME_CHUNKS ->
                truth.filter(answer -> !(answer instanceof ChunkAnswer chunk) || chunk.index() % 2 == 0);
            case LOSES_MESSAGES -> truth.filter(answer -> random.nextBoolean());
        };
    }

    private static Answer corrupt(Answer answer) {
        if (answer instanceof ChunkAnswer chunk) {
            return new ChunkAnswer(chunk.sequence(), chunk.index(), flipFirst(chunk.chunk()));
        }
        return new ManifestAnswer(answer.sequence(), flipFirst(((ManifestAnswer) answer).manifest()));
    }

    private static ByteString flipFirst(ByteString bytes) {
        byte[] copy = bytes.toByteArray();
        copy[0] ^= 1;
        return ByteString.copyFrom(copy);
    }

    private static ByteString bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
