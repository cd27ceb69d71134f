package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.service.Requests.acknowledging;
import static org.tagma.core.service.Requests.fifo;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Request;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;

/**
 * Known bug 36: what is kept for clients' retries is bounded in bytes, per client, and costs a checkpoint what
 * changed.
 */
class ReplyBudgetTest {

    private static final int LARGE = 900_000;
    private static final ServiceLimits LIMITS = new ServiceLimits(1_024, 256, 3L << 20, 6L << 20, 3_600_000);

    /** Answers with a large value, or with the operation itself. */
    private static final class Answers implements MerkleStateMachine {

        private final ByteString large = ByteString.copyFrom(new byte[LARGE]);
        private final MerkleStateStore state = new MerkleStateStore();
        private int executed;

        @Override
        public MerkleStateStore state() {
            return state;
        }

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) {
            executed++;
            return operation.toStringUtf8().equals("large") ? large : operation;
        }

        @Override
        public ByteString query(ByteString operation) {
            return ByteString.EMPTY;
        }
    }

    private final Answers machine = new Answers();
    private final ReplicatedService service = new ReplicatedService(machine, LIMITS);

    @Test
    void aClientThatHasAThousandLargeAnswersKeepsNoMoreThanItsBytesAndCostsNobodyElseAReply() {
        execute(fifo(2, 1, 1, "small"));
        for (long number = 1; number <= 1_000; number++) {
            execute(fifo(1, 1, number, "large"));
            if (number % 10 == 0) {
                assertThat(service.snapshot().sizeBytes()).isLessThan(LIMITS.replyBytesPerClient() + 10_000);
            }
        }

        assertThat(status(fifo(1, 1, 1, "large"))).isEqualTo(ReplyStatus.REPLY_EVICTED);
        assertThat(status(fifo(1, 1, 1_000, "large"))).isEqualTo(ReplyStatus.OK);
        assertThat(status(fifo(2, 1, 1, "small"))).isEqualTo(ReplyStatus.OK);
        assertThat(machine.executed).as("no retry is executed").isEqualTo(1_001);
    }

    @Test
    void aStateWithLargeAnswersIsTakenUpAgainByTheNextIncarnation() {
        for (long number = 1; number <= 20; number++) {
            execute(fifo(1, 1, number, "large"));
        }
        ServiceSnapshot snapshot = service.snapshot();
        Answers next = new Answers();
        ReplicatedService restarted = new ReplicatedService(next, LIMITS);

        assertThat(restarted.install(snapshot.sequence(), snapshot.data(), snapshot.tree()))
                .isEmpty();
        assertThat(restarted.cachedReply(fifo(1, 1, 20, "large")))
                .isEqualTo(service.cachedReply(fifo(1, 1, 20, "large")))
                .isPresent();
        assertThat(restarted.cachedReply(fifo(1, 1, 1, "large"))).contains(ServiceReply.EVICTED);
        assertThat(restarted.snapshot().stateDigest()).isEqualTo(snapshot.stateDigest());
    }

    /** The heaviest pays: three clients have more than all may have, and the fourth keeps its few replies. */
    @Test
    void whenAllClientsTogetherHaveTooMuchTheHeaviestLoseTheirOldest() {
        execute(fifo(9, 1, 1, "small"));
        for (long number = 1; number <= 50; number++) {
            for (int client = 1; client <= 3; client++) {
                execute(fifo(client, 1, number, "large"));
            }
        }

        assertThat(service.snapshot().sizeBytes()).isLessThan(LIMITS.replyBytes() + 10_000);
        assertThat(status(fifo(9, 1, 1, "small"))).isEqualTo(ReplyStatus.OK);
        for (int client = 1; client <= 3; client++) {
            assertThat(status(fifo(client, 1, 50, "large"))).isEqualTo(ReplyStatus.OK);
            assertThat(status(fifo(client, 1, 48, "large"))).isEqualTo(ReplyStatus.REPLY_EVICTED);
        }
    }

    @Test
    void whatAClientSaysItHasIsKeptNoLonger() {
        execute(fifo(1, 1, 1, "one"));
        execute(fifo(1, 1, 2, "two"));
        long before = service.snapshot().sizeBytes();
        execute(acknowledging(fifo(1, 1, 3, "three"), 2));

        assertThat(service.snapshot().sizeBytes()).isLessThan(before);
        assertThat(status(fifo(1, 1, 2, "two"))).isEqualTo(ReplyStatus.REPLY_EVICTED);
        assertThat(status(fifo(1, 1, 3, "three"))).isEqualTo(ReplyStatus.OK);
    }

    @Test
    void aSessionThatWasIdleForTooLongByAgreedTimeEndsAndNothingOfItIsExecutedAgain() {
        execute(1_000, fifo(1, 1, 1, "one"));
        execute(1_000 + LIMITS.sessionIdleMillis(), fifo(2, 1, 1, "another"));
        assertThat(status(fifo(1, 1, 1, "one"))).isEqualTo(ReplyStatus.OK);

        execute(1_001 + LIMITS.sessionIdleMillis(), fifo(2, 1, 2, "another"));

        assertThat(status(fifo(1, 1, 1, "one"))).isEqualTo(ReplyStatus.SESSION_EXPIRED);
        assertThat(status(fifo(1, 1, 2, "two"))).isEqualTo(ReplyStatus.SESSION_EXPIRED);
        assertThat(machine.executed).isEqualTo(3);
        assertThat(status(fifo(1, 2, 1, "in a new one"))).isEqualTo(ReplyStatus.OK);
    }

    @Test
    void aCheckpointWritesWhatChangedHoweverManySessionsThereAre() {
        SessionTable table = new SessionTable(new ServiceLimits(1_024, 256, 1L << 30, 1L << 30, 3_600_000));
        MerkleTree tree = MerkleTree.EMPTY;
        for (int client = 0; client < 8; client++) {
            for (long session = 1; session <= 1_024; session++) {
                for (long number = 1; number <= 4; number++) {
                    table.executed(fifo(client, session, number), ServiceReply.ok(ByteString.EMPTY));
                }
            }
        }
        Map<ByteString, Optional<ByteString>> all = table.takeChanges();
        tree = FrameworkState.with(tree, all, 1);
        assertThat(all).hasSize(8 + 8 * 1_024 * 5);

        table.executed(fifo(3, 700, 5), ServiceReply.ok(ByteString.EMPTY));
        table.executed(acknowledging(fifo(3, 701, 5), 4), ServiceReply.ok(ByteString.EMPTY));

        assertThat(table.takeChanges())
                .as("two sessions, two replies, four that go")
                .hasSize(8);
        assertThat(table.takeChanges()).isEmpty();
    }

    private void execute(Request request) {
        execute(1, request);
    }

    private void execute(long millis, Request request) {
        service.execute(service.lastExecuted() + 1, Batch.of(millis, List.of(request)));
    }

    /** What a retry gets, if it is ordered once more. */
    private ReplyStatus status(Request request) {
        return service.execute(service.lastExecuted() + 1, Batch.of(1, List.of(request)))
                .get(0)
                .reply()
                .orElseThrow()
                .status();
    }
}
