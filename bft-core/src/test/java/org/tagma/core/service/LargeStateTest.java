package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.service.Requests.fifo;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.FetchOutcome.Unusable;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.state.StateRoot;

/** States beyond what an int counts, states that change faster than they are fetched, and the bound of opaque ones. */
final class LargeStateTest {

    private static final int CHUNK = SnapshotManifest.CHUNK_BYTES;
    private static final TransferLimits LIMITS = new TransferLimits(1 << 25, 4, 2);
    private static final StateRoot ROOT_OF_THREE_GIBIBYTES =
            new StateRoot(Digest.of(ByteString.copyFromUtf8("root")), 3L << 30);

    private final SnapshotKeeper honest = new SnapshotKeeper();
    private final Random random = new Random(3);

    @Test
    void aTreeOfThreeGibibytesIsFetchedIntoAStoreLikeAnyOther() {
        SnapshotManifest manifest = new SnapshotManifest(0, List.of(), Optional.of(ROOT_OF_THREE_GIBIBYTES));
        StateFetcher fetcher = new StateFetcher(LIMITS, Optional.of(new MemoryNodes()));
        fetcher.start(100, manifest.digest(), List.of(0));
        FetchOutcome outcome = fetcher.onAnswer(0, new ManifestAnswer(100, manifest.encode()));

        assertThat(((Accepted) outcome).asks())
                .singleElement()
                .satisfies(ask -> assertThat(ask.question()).isInstanceOf(FetchPiece.class));
        assertThat(fetcher.progress().orElseThrow().missingTreeBytes()).isEqualTo(3L << 30);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatDoesNotFitIntoMemoryIsRefusedWithItsSize(boolean asTree) {
        long bytes = ROOT_OF_THREE_GIBIBYTES.bytes();
        SnapshotManifest manifest = asTree
                ? new SnapshotManifest(0, List.of(), Optional.of(ROOT_OF_THREE_GIBIBYTES))
                : new SnapshotManifest(bytes, Collections.nCopies((int) (bytes / CHUNK), Digest.NULL));
        StateFetcher fetcher = new StateFetcher(LIMITS);
        fetcher.start(100, manifest.digest(), List.of(0));
        FetchOutcome outcome = fetcher.onAnswer(0, new ManifestAnswer(100, manifest.encode()));

        assertThat(outcome).isEqualTo(new Unusable(Reason.STATE_TOO_LARGE, bytes));
        assertThat(((Unusable) outcome).tooLargeToTake(100, LIMITS))
                .contains("3221225472 bytes", "can hold 33554432")
                .doesNotContain("\n");
    }

    /**
     * A checkpoint with each answer, of which all chunks are new: others keep two, and the one that is being fetched.
     */
    @Test
    void aStateThatChangesThroughoutFasterThanItIsFetchedIsFetched() {
        StateFetcher fetcher = new StateFetcher(LIMITS);
        Deque<Ask> asks = new ArrayDeque<>(turnTo(fetcher, checkpoint(1, 40), 0));
        for (long sequence = 2; sequence < 100; sequence++) {
            ServiceSnapshot newest = checkpoint(sequence, 40);
            honest.release(sequence - 1);
            if (!fetcher.isGettingAhead()) {
                asks.clear();
                asks.addAll(turnTo(fetcher, newest, 0));
            }
            Ask ask = asks.poll();
            FetchOutcome outcome =
                    fetcher.onAnswer(0, honest.answer(9, ask.question()).orElseThrow());
            if (outcome instanceof Completed) {
                return;
            }
            asks.addAll(((Accepted) outcome).asks());
        }
        throw new AssertionError("it is never there: " + fetcher.progress());
    }

    @Test
    void aLiarWhoAloneStillHasAStateAndGivesItByDropsDelaysTheNextOneForABoundedTime() {
        StateFetcher fetcher = new StateFetcher(LIMITS);
        SnapshotKeeper liar = new SnapshotKeeper();
        ServiceSnapshot old = ServiceSnapshot.of(1, bytes(400));
        liar.keep(old);
        ServiceSnapshot newer = checkpoint(100, 40);
        Ask first = turnTo(fetcher, old, 0, 1).get(0);
        Answer manifest = liar.answer(9, first.question()).orElseThrow();
        Deque<Ask> asks = new ArrayDeque<>(((Accepted) fetcher.onAnswer(0, manifest)).asks());
        for (int tick = 1; tick < 300; tick++) {
            if (!fetcher.isGettingAhead()) {
                asks.clear();
                asks.addAll(turnTo(fetcher, newer, 0, 1));
            }
            asks.addAll(fetcher.onTick());
            // The liar, replica 0, answers a question every other tick; the other one all that it can.
            boolean dropFalls = tick % 2 == 0;
            for (int waiting = asks.size(); waiting > 0; waiting--) {
                Ask ask = asks.poll();
                Optional<Answer> answer =
                        ask.to() == 1 ? honest.answer(9, ask.question()) : liar.answer(9, ask.question());
                if (answer.isPresent() && (ask.to() == 1 || dropFalls)) {
                    dropFalls &= ask.to() == 1;
                    FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer.get());
                    if (outcome instanceof Completed done) {
                        assertThat(done.sequence()).isEqualTo(100);
                        assertThat(tick).isGreaterThan(200);
                        return;
                    }
                    if (outcome instanceof Accepted more) {
                        asks.addAll(more.asks());
                    }
                }
            }
        }
        throw new AssertionError("it is never there: " + fetcher.progress());
    }

    @Test
    void anOpaqueServiceThatGrewBeyondItsBoundRefusesToGrowOnAndMayShrink() {
        ReplicatedService service = service();
        assertThat(execute(service, 1, "a".repeat(60))).isEqualTo(ReplyStatus.OK);
        checkpointTaken(service);
        assertThat(execute(service, 2, "b".repeat(60))).as("not too large yet").isEqualTo(ReplyStatus.OK);
        assertThat(execute(service, 3, "c")).as("no checkpoint has seen it").isEqualTo(ReplyStatus.OK);
        ServiceSnapshot large = checkpointTaken(service);
        assertThat(service.isTooLarge()).isTrue();

        // A replica that takes this state over goes on in the same way.
        ReplicatedService other = service();
        assertThat(other.install(3, large.data(), large.tree())).isEmpty();
        for (ReplicatedService each : List.of(service, other)) {
            assertThat(execute(each, 4, "d")).isEqualTo(ReplyStatus.REJECTED);
            assertThat(execute(each, 5, "clear")).isEqualTo(ReplyStatus.OK);
            assertThat(execute(each, 6, "e")).as("until the next checkpoint").isEqualTo(ReplyStatus.REJECTED);
            checkpointTaken(each);
            assertThat(execute(each, 7, "f")).isEqualTo(ReplyStatus.OK);
        }
        assertThat(service.snapshot().stateDigest()).isEqualTo(other.snapshot().stateDigest());
    }

    private static ReplicatedService service() {
        AgreedSettings first = AgreedSettings.first(new ServiceLimits(8, 8), List.of());
        return new ReplicatedService(new Text(), first, 100);
    }

    private static ServiceSnapshot checkpointTaken(ReplicatedService service) {
        ServiceSnapshot snapshot = service.snapshot();
        service.checkpointTaken(snapshot);
        return snapshot;
    }

    private static ReplyStatus execute(ReplicatedService service, long sequence, String operation) {
        Batch batch = Batch.of(1_000, List.of(fifo(1, 1, sequence, operation)));
        return service.execute(sequence, batch).get(0).reply().orElseThrow().status();
    }

    private List<Ask> turnTo(StateFetcher fetcher, ServiceSnapshot snapshot, Integer... sources) {
        return fetcher.start(snapshot.sequence(), snapshot.stateDigest(), List.of(sources));
    }

    private ServiceSnapshot checkpoint(long sequence, int chunks) {
        ServiceSnapshot snapshot = ServiceSnapshot.of(sequence, bytes(chunks));
        honest.keep(snapshot);
        return snapshot;
    }

    private ByteString bytes(int chunks) {
        byte[] bytes = new byte[chunks * CHUNK];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    /** A text to which every operation is appended, but for one that clears it. */
    private static final class Text implements StateMachine {
        private static final ByteString CLEAR = ByteString.copyFromUtf8("clear");
        private ByteString text = ByteString.EMPTY;

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) {
            text = operation.equals(CLEAR) ? ByteString.EMPTY : text.concat(operation);
            return ByteString.EMPTY;
        }

        @Override
        public boolean mayGrow(ByteString operation) {
            return !operation.equals(CLEAR);
        }

        @Override
        public ByteString query(ByteString operation) {
            return text;
        }

        @Override
        public ByteString snapshot() {
            return text;
        }

        @Override
        public void restore(ByteString snapshot) {
            text = snapshot;
        }
    }
}
