package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.CLIENT;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.call.ClientCounter;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.ReadAnswer;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.state.MerkleStateStore;

/** Reads that skip ordering, of four replicas' real states, of which replica 3 says what it likes. */
class QuorumReadTest {

    private static final int LIAR = 3;
    private static final ByteString KEY = bytes("y");

    /** One value, which each operation replaces. */
    private static final class Register implements MerkleStateMachine {

        private final MerkleStateStore state = new MerkleStateStore();

        @Override
        public MerkleStateStore state() {
            return state;
        }

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) {
            state.put(KEY, operation);
            return operation;
        }

        @Override
        public ByteString query(ByteString operation) {
            return state.get(KEY).orElse(ByteString.EMPTY);
        }
    }

    private static final String[] PUTS = {"v", "u", "v"};

    private final CoreHarness client = CoreHarness.withFastPath();
    private final List<ReplicatedService> replicas = IntStream.range(0, 4)
            .mapToObj(id -> new ReplicatedService(new Register(), new ServiceLimits(4, 4)))
            .toList();
    private long queries;

    private void execute(int replica) {
        ReplicatedService service = replicas.get(replica);
        long sequence = service.lastExecuted() + 1;
        ByteString operation = bytes(PUTS[(int) sequence - 1]);
        Request request = Request.of(
                new SessionId(9, 1), sequence, RetrySemantics.EXACTLY_ONCE, operation, operation, ByteString.EMPTY);
        service.execute(sequence, Batch.of(1, List.of(request)));
    }

    private Result read() {
        queries++;
        return client.query("q");
    }

    private void answers(int replica) {
        ReadAnswer answer = replicas.get(replica).read(bytes("q"));
        tell(replica, answer.reply().result(), answer.since(), answer.until());
    }

    private void lies(String value) {
        tell(LIAR, bytes(value), 0, 1L << 40);
    }

    private void tell(int replica, ByteString value, long since, long until) {
        SessionId session = new SessionId(CLIENT, client.core.session());
        client.deliver(
                replica,
                new Reply(replica, 0, 0, session, RequestKind.QUERY, queries, ReplyStatus.OK, value, since, until));
    }

    /**
     * y = v. put(u) is executed at 1 and 2, and the liar says so too: acknowledged. put(v) of another client is
     * executed at 1 only. A read that took v for the answer would have to come after put(v), and a later one that finds
     * u before it.
     */
    @Test
    void aValueThatCameBackIsNotTakenForTheOneThatWasThereBefore() {
        IntStream.range(0, 3).forEach(this::execute);
        execute(1);
        execute(2);
        execute(1);

        Result first = read();
        answers(0);
        answers(1);
        lies("v");
        assertThat(first.isDone())
                .as("v as of batch 1, and v as of batch 3, are no quorum")
                .isFalse();

        execute(0);
        Result second = read();
        answers(0);
        answers(2);
        lies("u");
        assertThat(second.value).isEqualTo(bytes("u"));
    }

    /** Replicas that are at different batches agree, as long as nothing that was read has changed in between. */
    @Test
    void replicasAtDifferentBatchesAnswerAReadTogether() {
        IntStream.range(0, 3).forEach(this::execute);
        replicas.get(1).execute(2, Batch.of(1, List.of()));
        replicas.get(2).execute(2, Batch.of(1, List.of()));
        replicas.get(2).execute(3, Batch.of(1, List.of()));

        Result result = read();
        answers(0);
        answers(1);
        answers(2);

        assertThat(result.value).isEqualTo(bytes("v"));
        assertThat(client.count(ClientCounter.QUERIES_ORDERED)).isZero();
    }

    /** An interval that ends before another begins helps nobody, however wide the others are. */
    @Test
    void everyAnswerThatCountsHoldsAtTheSameBatch() {
        Result result = read();
        tell(0, bytes("v"), 1, 3);
        tell(1, bytes("v"), 4, 9);
        tell(2, bytes("v"), 6, 8);
        assertThat(result.isDone()).isFalse();
        lies("v");

        assertThat(result.value).as("7 is in three of them").isEqualTo(bytes("v"));
    }
}
