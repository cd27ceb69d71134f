package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Ignored;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.FetchOutcome.Unusable;
import org.tagma.core.service.StateFetcher.Ask;

class StateFetcherTest {

    private static final int CHUNK = SnapshotManifest.CHUNK_BYTES;
    private static final ServiceSnapshot STATE = ServiceSnapshot.of(100, bytes(1, 5 * CHUNK + 17));
    private static final ByteString GARBAGE = ByteString.copyFromUtf8("garbage");

    private final SnapshotKeeper correct = new SnapshotKeeper();
    private final StateFetcher fetcher = new StateFetcher(new TransferLimits(1 << 20, 4, 2));

    StateFetcherTest() {
        correct.keep(STATE);
    }

    @Test
    void itAsksForTheManifestFirstThenForChunksSpreadOverTheSources() {
        assertThat(start(0, 1, 2)).containsExactly(new Ask(0, new FetchManifest(100, STATE.stateDigest())));

        assertThat(fetcher.onAnswer(0, manifest()))
                .isEqualTo(new Accepted(List.of(askChunk(0, 0), askChunk(1, 1), askChunk(2, 2), askChunk(0, 3))));
        assertThat(fetcher.onAnswer(1, chunk(1))).isEqualTo(new Accepted(List.of(askChunk(1, 4))));
    }

    @Test
    void theLastChunkCompletesTheState() {
        start(0);
        fetcher.onAnswer(0, manifest());
        for (int index = 0; index < 5; index++) {
            assertThat(fetcher.onAnswer(0, chunk(index))).isInstanceOf(Accepted.class);
        }

        assertThat(fetcher.onAnswer(0, chunk(5))).isEqualTo(new Completed(100, STATE.stateDigest(), STATE.data()));
        assertThat(fetcher.isActive()).isFalse();
        assertThat(fetcher.onTick()).isEmpty();
    }

    @Test
    void aWrongManifestBansItsSenderAndAnotherIsAsked() {
        start(0, 1);

        assertThat(fetcher.onAnswer(0, new ManifestAnswer(100, GARBAGE)))
                .isEqualTo(new Banned(
                        0, Reason.WRONG_MANIFEST, List.of(new Ask(1, new FetchManifest(100, STATE.stateDigest())))));
        assertThat(fetcher.onAnswer(0, manifest())).isEqualTo(new Ignored(Reason.NOT_A_SOURCE));
    }

    @Test
    void aWrongChunkBansItsSenderAndAllItsQuestionsGoToOthers() {
        start(0, 1);
        fetcher.onAnswer(0, manifest());

        assertThat(fetcher.onAnswer(0, new ChunkAnswer(100, 0, STATE.chunk(1))))
                .isEqualTo(new Banned(0, Reason.WRONG_CHUNK, List.of(askChunk(1, 0), askChunk(1, 2))));
        assertThat(fetcher.progress().orElseThrow().bannedSources()).isEqualTo(1);
    }

    @Test
    void aSilentSourceIsPassedOverAndAskedLastFromThenOn() {
        start(0, 1);
        assertThat(fetcher.onTick()).isEmpty();
        assertThat(fetcher.onTick()).containsExactly(new Ask(1, new FetchManifest(100, STATE.stateDigest())));

        assertThat(fetcher.onAnswer(1, manifest()))
                .isEqualTo(new Accepted(List.of(askChunk(1, 0), askChunk(1, 1), askChunk(1, 2), askChunk(1, 3))));
    }

    @Test
    void anAnswerThatComesAfterAnotherWasAskedIsStillGood() {
        start(0, 1);
        fetcher.onTick();
        fetcher.onTick();

        assertThat(fetcher.onAnswer(0, manifest())).isInstanceOf(Accepted.class);
        assertThat(fetcher.onAnswer(1, manifest())).isEqualTo(new Ignored(Reason.NOT_ASKED));
    }

    @Test
    void whatNothingWaitsForIsIgnored() {
        assertThat(fetcher.onAnswer(0, manifest())).isEqualTo(new Ignored(Reason.OTHER_TARGET));
        start(0, 1);
        assertThat(fetcher.onAnswer(0, chunk(0))).isEqualTo(new Ignored(Reason.NOT_ASKED));
        assertThat(fetcher.onAnswer(0, new ChunkAnswer(100, -1, GARBAGE))).isEqualTo(new Ignored(Reason.NOT_ASKED));
        assertThat(fetcher.onAnswer(9, manifest())).isEqualTo(new Ignored(Reason.NOT_A_SOURCE));
        assertThat(fetcher.onAnswer(0, new ManifestAnswer(99, GARBAGE))).isEqualTo(new Ignored(Reason.OTHER_TARGET));

        fetcher.onAnswer(0, manifest());
        fetcher.onAnswer(0, chunk(0));
        assertThat(fetcher.onAnswer(0, chunk(0))).isEqualTo(new Ignored(Reason.NOT_ASKED));
        assertThat(fetcher.onAnswer(0, chunk(5))).isEqualTo(new Ignored(Reason.NOT_ASKED));
        assertThat(fetcher.onAnswer(0, new ChunkAnswer(100, Integer.MAX_VALUE, GARBAGE)))
                .isEqualTo(new Ignored(Reason.NOT_ASKED));
        assertThat(fetcher.progress().orElseThrow().bannedSources()).isZero();
    }

    @Test
    void aNewerTargetKeepsTheChunksThatBothHaveAndTheBans() {
        ByteString changed = STATE.data()
                .substring(0, 2 * CHUNK)
                .concat(bytes(2, CHUNK))
                .concat(STATE.data().substring(3 * CHUNK));
        ServiceSnapshot newer = ServiceSnapshot.of(200, changed);
        start(0, 1, 2);
        fetcher.onAnswer(0, manifest());
        fetcher.onAnswer(1, new ChunkAnswer(100, 1, GARBAGE));
        for (int index : new int[] {0, 1, 2, 3}) {
            fetcher.onAnswer(0, chunk(index));
        }

        assertThat(fetcher.start(200, newer.stateDigest(), List.of(0, 1, 2)))
                .containsExactly(new Ask(0, new FetchManifest(200, newer.stateDigest())));
        assertThat(fetcher.onAnswer(2, chunk(4))).isEqualTo(new Ignored(Reason.OTHER_TARGET));
        ManifestAnswer manifest = new ManifestAnswer(200, newer.manifest().encode());
        assertThat(fetcher.onAnswer(0, manifest))
                .isEqualTo(new Accepted(List.of(ask(newer, 0, 2), ask(newer, 2, 4), ask(newer, 0, 5))));
        assertThat(fetcher.onAnswer(1, new ChunkAnswer(200, 2, newer.chunk(2))))
                .isEqualTo(new Ignored(Reason.NOT_A_SOURCE));

        fetcher.onAnswer(0, new ChunkAnswer(200, 2, newer.chunk(2)));
        fetcher.onAnswer(0, new ChunkAnswer(200, 4, newer.chunk(4)));
        assertThat(fetcher.onAnswer(2, new ChunkAnswer(200, 5, newer.chunk(5))))
                .isEqualTo(new Completed(200, newer.stateDigest(), changed));
    }

    @Test
    void aNewerTargetWithNothingNewIsCompleteWithItsManifest() {
        start(0);
        fetcher.onAnswer(0, manifest());
        for (int index = 0; index < 5; index++) {
            fetcher.onAnswer(0, chunk(index));
        }
        ServiceSnapshot shorter = ServiceSnapshot.of(200, STATE.data().substring(0, 5 * CHUNK));
        fetcher.start(200, shorter.stateDigest(), List.of(0));

        assertThat(fetcher.onAnswer(
                        0, new ManifestAnswer(200, shorter.manifest().encode())))
                .isEqualTo(new Completed(200, shorter.stateDigest(), shorter.data()));
    }

    @Test
    void startingTheSameTargetAgainKeepsItsChunksAndReplacesTheSources() {
        start(0, 1);
        fetcher.onAnswer(0, manifest());
        fetcher.onAnswer(0, chunk(0));

        assertThat(start(1)).containsExactly(askChunk(1, 2), askChunk(1, 4));
        assertThat(fetcher.progress().orElseThrow().missing()).isEqualTo(5);
        assertThat(fetcher.onAnswer(0, chunk(2))).isEqualTo(new Ignored(Reason.NOT_A_SOURCE));
    }

    @Test
    void aCertifiedStateThatIsTooLargeIsNobodysFaultAndIsNotFetched() {
        StateFetcher small = new StateFetcher(new TransferLimits(STATE.data().size() - 1, 4, 2));
        small.start(100, STATE.stateDigest(), List.of(0));

        assertThat(small.onAnswer(0, manifest()))
                .isEqualTo(new Unusable(Reason.STATE_TOO_LARGE, STATE.data().size()));
        assertThat(small.isActive()).isFalse();
    }

    @Test
    void aCertifiedManifestThatCannotBeReadIsNobodysFault() {
        fetcher.start(100, Digest.of(GARBAGE), List.of(0));

        assertThat(fetcher.onAnswer(0, new ManifestAnswer(100, GARBAGE)))
                .isEqualTo(new Unusable(Reason.UNREADABLE_MANIFEST, GARBAGE.size()));
    }

    @Test
    void withEverySourceBannedItWaitsForOthers() {
        start(0);
        fetcher.onAnswer(0, new ManifestAnswer(100, GARBAGE));
        assertThat(fetcher.onTick()).isEmpty();
        assertThat(fetcher.onTick()).isEmpty();

        assertThat(start(3)).containsExactly(new Ask(3, new FetchManifest(100, STATE.stateDigest())));
    }

    @Test
    void aFetchedStateIsInstalledAndGoesOn() {
        ReplicatedService original = new ReplicatedService(new Journal(), new ServiceLimits(2, 4));
        original.execute(1, Step.randomBatch(new Random(1), List.of()));
        ServiceSnapshot snapshot = original.snapshot();
        SnapshotKeeper keeper = new SnapshotKeeper();
        keeper.keep(snapshot);
        Deque<Ask> asked = new ArrayDeque<>(fetcher.start(1, snapshot.stateDigest(), List.of(0)));
        FetchOutcome outcome = new Accepted(List.of());
        while (outcome instanceof Accepted accepted) {
            asked.addAll(accepted.asks());
            outcome = fetcher.onAnswer(
                    0, keeper.answer(1, asked.remove().question()).orElseThrow());
        }
        Completed fetched = (Completed) outcome;

        ReplicatedService copy = new ReplicatedService(new Journal(), new ServiceLimits(2, 4));
        assertThat(copy.install(fetched.sequence(), fetched.snapshot(), fetched.tree()))
                .isEmpty();
        assertThat(copy.snapshot().stateDigest()).isEqualTo(snapshot.stateDigest());
    }

    private List<Ask> start(Integer... sources) {
        return fetcher.start(100, STATE.stateDigest(), List.of(sources));
    }

    private Answer manifest() {
        return correct.answer(1, new FetchManifest(100, STATE.stateDigest())).orElseThrow();
    }

    private Answer chunk(int index) {
        return correct.answer(1, new FetchChunk(100, STATE.stateDigest(), index))
                .orElseThrow();
    }

    private static Ask askChunk(int to, int index) {
        return ask(STATE, to, index);
    }

    private static Ask ask(ServiceSnapshot snapshot, int to, int index) {
        return new Ask(to, new FetchChunk(snapshot.sequence(), snapshot.stateDigest(), index));
    }

    private static ByteString bytes(long seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
