package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;

import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.RejectedException;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.RejectionResult;

/** Reads of a client whose replicas each make sure of their answers. */
class RaftClientQueryTest {

    private final CoreHarness client = CoreHarness.raft(CoreHarness.defaults(), true);

    @Test
    void theLeaderAnswersAQueryAlone() {
        Result result = client.query("q");

        assertThat(client.takeReceivers()).containsExactly(0);
        answer(0, "v");

        assertThat(result.value).isEqualTo(bytes("v"));
    }

    @Test
    void aReplicaThatCannotAnswerIsFollowedByTheLeaderItNames() {
        Result result = client.query("q");
        client.takeSent();

        unavailable(0, 2, 3);
        assertThat(client.takeReceivers()).containsExactly(3);
        answer(3, "v");

        assertThat(result.value).isEqualTo(bytes("v"));
    }

    @Test
    void afterTheRetryTimeTheNextReplicaIsAskedAndTheFirstMayStillAnswer() {
        Result result = client.query("q");
        client.takeSent();

        client.passMillis(RETRY);
        assertThat(client.takeReceivers()).containsExactly(1);
        answer(0, "slow");
        answer(1, "quick");

        assertThat(result.value).as("one answer, whole, whosever it is").isEqualTo(bytes("slow"));
        assertThat(client.count(ClientCounter.DROPPED_LATE)).isEqualTo(1);
    }

    @Test
    void aBrokenConnectionIsNotWaitedFor() {
        client.query("q");
        client.takeSent();

        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.passMillis(0);

        assertThat(client.takeReceivers()).containsExactly(1);
    }

    @Test
    void whatNobodyCanAnswerIsOrdered() {
        Result result = client.query("q");
        client.takeSent();

        for (int replica = 0; replica < 3; replica++) {
            unavailable(replica, 1, -1);
            assertThat(client.takeReceivers()).containsExactly(replica + 1);
        }
        unavailable(3, 1, -1);

        assertThat(client.takeSent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.request().operation()).isEqualTo(bytes("q")));
        assertThat(client.count(ClientCounter.QUERIES_ORDERED)).isEqualTo(1);
        client.raftReply(0, 2, 0, RequestKind.FIFO, 1, ReplyStatus.OK, "v");
        assertThat(result.value).isEqualTo(bytes("v"));
    }

    /**
     * A session that nobody's request waits in any more is closed; a query that was asked in it goes on in the next.
     */
    @Test
    void aQueryOutlivesTheSessionInWhichItWasAsked() {
        Result query = client.query("q");
        client.invoke("a");
        client.takeSent();
        long first = client.core.session();
        client.raftReply(0, 1, 0, RequestKind.FIFO, 1, ReplyStatus.SESSION_EXPIRED, expiry(first));
        client.connectAll();
        assertThat(client.closed).containsExactly(first);
        client.takeSent();

        client.passMillis(RETRY);

        assertThat(client.takeSent()).anySatisfy(sent -> {
            assertThat(sent.message()).isInstanceOf(Query.class);
            assertThat(sent.session()).isEqualTo(client.core.session());
            assertThat(sent.replica()).isEqualTo(1);
        });
        answer(1, "v");
        assertThat(query.value).isEqualTo(bytes("v"));
    }

    /** The newest session, and the highest that was evicted. */
    private static String expiry(long newest) {
        return CoreHarness.newestSession(newest)
                .concat(CoreHarness.newestSession(0))
                .toStringUtf8();
    }

    @Test
    void aRefusalByTheServiceIsAnAnswer() {
        Result result = client.query("q");

        client.deliver(0, refusal());

        assertThat(result.failure).isInstanceOf(RejectedException.class);
    }

    @Test
    void aClientMayReadFromAFollowerAndWritesStillGoToTheLeader() {
        CoreHarness reader = CoreHarness.raft(CoreHarness.defaults().readingFrom(2), false);

        reader.query("q");
        assertThat(reader.takeReceivers()).containsExactly(2);
        reader.invoke("w");
        assertThat(reader.takeReceivers()).containsExactly(0);

        reader.raftReply(2, 1, 0, RequestKind.QUERY, 1, ReplyStatus.UNAVAILABLE, "");
        assertThat(reader.takeReceivers()).as("the leader is the second choice").containsExactly(0);
    }

    private Reply refusal() {
        return new Reply(
                0,
                1,
                0,
                new SessionId(CoreHarness.CLIENT, client.core.session()),
                RequestKind.QUERY,
                1,
                ReplyStatus.REJECTED,
                new RejectionResult("not-a-query", "no").encode());
    }

    private void answer(int replica, String value) {
        client.raftReply(replica, 1, 0, RequestKind.QUERY, 1, ReplyStatus.OK, value);
    }

    private void unavailable(int replica, long term, int leader) {
        client.raftReply(replica, term, leader, RequestKind.QUERY, 1, ReplyStatus.UNAVAILABLE, "");
    }
}
