package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.CLIENT;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RejectedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.RejectionResult;
import org.tagma.network.wire.MessageType;

class ClientQueryTest {

    private final CoreHarness client = CoreHarness.withFastPath();

    @Test
    void aQueryGoesToAllReplicasUnderAVectorOfMacs() {
        client.query("q");

        List<Sent> sent = client.takeSent();
        assertThat(sent).extracting(Sent::replica).containsExactly(0, 1, 2, 3);
        Sent last = sent.get(3);
        assertThat(last.query().operation()).isEqualTo(bytes("q"));
        assertThat(client.replica(3)
                        .verifyMacVector(
                                new NodeId.Client(CLIENT),
                                MessageType.QUERY_VALUE,
                                last.envelope().payload(),
                                last.envelope().authenticator()))
                .isTrue();
    }

    @Test
    void aQuorumOfMatchingRepliesAnswersAQuery() {
        Result result = client.query("q");

        answer(0, "lie");
        answer(1, "v");
        answer(2, "v");
        assertThat(result.isDone()).isFalse();
        answer(3, "v");

        assertThat(result.value).isEqualTo(bytes("v"));
        assertThat(client.count(ClientCounter.QUERIES_ORDERED)).isZero();
    }

    @Test
    void aReplicaAnswersAQueryOnce() {
        Result result = client.query("q");

        answer(1, "v");
        answer(1, "v");
        answer(2, "v");

        assertThat(result.isDone()).isFalse();
        assertThat(client.count(ClientCounter.DROPPED_DUPLICATE)).isEqualTo(1);
    }

    @Test
    void aQueryIsOrderedAsSoonAsNoQuorumCanAgreeAnyMore() {
        Result result = client.query("q");
        client.takeSent();

        answer(0, "old");
        answer(1, "new");
        assertThat(client.sent).isEmpty();
        answer(2, "old");
        assertThat(client.sent).as("the last one may still make three").isEmpty();
        client.reply(3, 0, RequestKind.QUERY, 1, ReplyStatus.UNAVAILABLE, ByteString.EMPTY);

        assertOrderedAndAnswered(result);
    }

    @Test
    void aQueryIsOrderedAfterTheRetryTime() {
        Result result = client.query("q");
        client.takeSent();

        answer(1, "v");
        answer(2, "v");
        client.passMillis(RETRY - 1);
        assertThat(client.sent).isEmpty();
        client.passMillis(1);

        assertOrderedAndAnswered(result);
    }

    @Test
    void aQueryIsOrderedAtOnceWhenTwoReplicasCannotAnswer() {
        Result result = client.query("q");
        client.takeSent();

        client.reply(1, 0, RequestKind.QUERY, 1, ReplyStatus.UNAVAILABLE, ByteString.EMPTY);
        client.reply(2, 0, RequestKind.QUERY, 1, ReplyStatus.OVERLOADED, ByteString.EMPTY);

        assertOrderedAndAnswered(result);
    }

    @Test
    void aRefusedQueryNeedsAQuorumAsWell() {
        Result result = client.query("q");
        ByteString refusal = new RejectionResult("not-a-query", "no").encode();

        for (int replica = 0; replica < 3; replica++) {
            assertThat(result.isDone()).isFalse();
            client.reply(replica, 0, RequestKind.QUERY, 1, ReplyStatus.REJECTED, refusal);
        }

        assertThat(result.failure).isInstanceOf(RejectedException.class);
    }

    @Test
    void withoutTheFastPathAQueryIsAlwaysOrdered() {
        CoreHarness slow = new CoreHarness();
        Result result = slow.query("q");

        assertThat(slow.takeSent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.message()).isInstanceOf(Request.class));
        slow.replyFrom(new int[] {1, 2}, 1, "v");
        assertThat(result.value).isEqualTo(bytes("v"));
    }

    @Test
    void theDeadlineOfAQueryCountsFromTheCall() {
        Result result = client.query("q");

        client.passMillis(DEADLINE - 1);
        assertThat(result.isDone()).isFalse();
        client.passMillis(1);

        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class);
    }

    @Test
    void queriesBeyondTheWindowWaitAndBeyondTheQueueFail() {
        CoreHarness narrow = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 1, 1), true, false);
        narrow.query("first");
        Result second = narrow.query("second");
        Result third = narrow.query("third");
        assertThat(third.failure).isInstanceOf(OverloadedException.class);
        assertThat(narrow.takeSent()).hasSize(4);

        for (int replica = 1; replica <= 3; replica++) {
            narrow.reply(replica, 0, RequestKind.QUERY, 1, ReplyStatus.OK, bytes("1"));
        }
        for (int replica = 1; replica <= 3; replica++) {
            narrow.reply(replica, 0, RequestKind.QUERY, 2, ReplyStatus.OK, bytes("2"));
        }

        assertThat(second.value).isEqualTo(bytes("2"));
    }

    private void answer(int replica, String result) {
        client.reply(replica, 0, RequestKind.QUERY, 1, ReplyStatus.OK, bytes(result));
    }

    private void assertOrderedAndAnswered(Result result) {
        assertThat(client.takeSent()).singleElement().satisfies(sent -> {
            assertThat(sent.request().operation()).isEqualTo(bytes("q"));
            assertThat(sent.request().number()).isEqualTo(1);
        });
        assertThat(client.count(ClientCounter.QUERIES_ORDERED)).isEqualTo(1);
        client.replyFrom(new int[] {1, 2, 3}, 1, "agreed");
        assertThat(result.value).isEqualTo(bytes("agreed"));
    }
}
