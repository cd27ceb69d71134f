package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.CLIENT;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.REPLICAS;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.crypto.Authentication;
import org.tagma.network.wire.MessageType;

/** Requests of a client whose replicas crash but do not lie. */
class RaftClientTest {

    private final CoreHarness client = CoreHarness.raft(CoreHarness.defaults(), false);

    @Test
    void oneReplyDecides() {
        Result result = client.invoke("x");

        assertThat(client.takeReceivers()).containsExactly(0);
        ok(0, 1, 0, 1, "done");

        assertThat(result.value).isEqualTo(bytes("done"));
        client.passMillis(DEADLINE);
        assertThat(client.sent).isEmpty();
    }

    @Test
    void theNextRequestGoesToTheLeaderThatAReplyNames() {
        client.invoke("a");
        client.takeSent();
        ok(2, 3, 2, 1, "a");

        client.invoke("b");

        assertThat(client.takeReceivers()).containsExactly(2);
        assertThat(client.core.view()).isEqualTo(3);
    }

    @Test
    void theLeaderOfAnOlderTermIsNotBelieved() {
        client.invoke("a");
        client.invoke("b");
        ok(2, 3, 2, 1, "a");
        ok(0, 1, 0, 2, "b");
        client.takeSent();

        client.invoke("c");

        assertThat(client.takeReceivers()).containsExactly(2);
    }

    @Test
    void whatIsUnderWayFollowsTheLeaderInTheOrderOfTheCalls() {
        client.invoke("a");
        client.invoke("b");
        client.invoke("c");
        List<Sent> first = client.takeSent();

        ok(2, 1, 2, 1, "a");

        List<Sent> again = client.takeSent();
        assertThat(again).extracting(Sent::replica).containsExactly(2, 2);
        assertThat(again).extracting(sent -> sent.request().number()).containsExactly(2L, 3L);
        assertThat(again.get(0).request().payload())
                .as("the same number, so that it is executed once")
                .isEqualTo(first.get(1).request().payload());
        ok(2, 1, 2, 2, "b");
        assertThat(client.sent).as("once is enough").isEmpty();
    }

    @Test
    void aRefusalThatNamesTheLeaderIsARedirection() {
        Result result = client.invoke("x");
        client.takeSent();

        noLeader(0, 4, 3, 1);
        assertThat(client.takeReceivers()).containsExactly(3);
        ok(3, 4, 3, 1, "done");

        assertThat(result.value).isEqualTo(bytes("done"));
    }

    @Test
    void withoutALeaderEveryReplicaIsAskedInTurnAndThenAgainSoon() {
        client.invoke("x");
        client.takeSent();

        noLeader(0, 4, -1, 1);
        assertThat(client.takeReceivers()).containsExactly(1);
        noLeader(1, 4, -1, 1);
        assertThat(client.takeReceivers()).containsExactly(2);
        noLeader(2, 4, -1, 1);
        assertThat(client.takeReceivers()).containsExactly(3);
        noLeader(3, 4, -1, 1);
        assertThat(client.sent).as("nobody is left to ask now").isEmpty();

        client.passMillis(RETRY - 1);
        assertThat(client.takeReceivers()).as("one, who lives").containsExactly(0);
    }

    @Test
    void aRequestPassedOnAndRefusedThereIsAskedElsewhere() {
        client.invoke("x");
        client.takeSent();

        noLeader(2, 4, 3, 1);

        assertThat(client.takeReceivers()).containsExactly(3);
    }

    @Test
    void aSilentLeaderIsPassedOverAfterTheRetryTimeAndThenAllAreAsked() {
        client.invoke("a");
        ok(2, 1, 2, 1, "a");
        client.takeSent();

        client.invoke("b");
        assertThat(client.takeReceivers()).containsExactly(2);
        client.passMillis(RETRY);
        assertThat(client.takeReceivers()).as("the next in turn").containsExactly(3);
        client.passMillis(2 * RETRY);
        assertThat(client.takeReceivers().subList(0, 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aLeaderWhoseConnectionBreaksIsPassedOverAtOnce() {
        Result result = client.invoke("x");
        client.takeSent();

        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.passMillis(0);

        assertThat(client.takeReceivers()).containsExactly(1);
        ok(1, 2, 1, 1, "done");
        assertThat(result.value).isEqualTo(bytes("done"));
    }

    @Test
    void theOldestRequestKeepsLookingForALeaderWhileOthersBackOff() {
        client.invoke("a");
        client.invoke("b");
        client.passMillis(10_000);
        client.takeSent();

        client.passMillis(10_000);

        List<Sent> sent = client.takeSent();
        long oldest = sent.stream().filter(each -> each.request().number() == 1).count() / REPLICAS;
        long other = sent.stream().filter(each -> each.request().number() == 2).count() / REPLICAS;
        assertThat(oldest).isBetween(10L, 20L);
        assertThat(other).isBetween(2L, 5L);
    }

    @Test
    void anOverloadedLeaderIsAskedAgainAndNobodyElse() {
        Result result = client.invoke("x");
        client.takeSent();

        client.raftReply(0, 1, 0, RequestKind.FIFO, 1, ReplyStatus.OVERLOADED, "");
        client.passMillis(RETRY);
        assertThat(client.takeReceivers()).containsExactly(0);

        client.passMillis(DEADLINE);
        assertThat(result.failure).isInstanceOf(OverloadedException.class);
    }

    @Test
    void anAtMostOnceRequestIsNotRepeatedOnSilence() {
        Result result = client.invoke("x", RetrySemantics.AT_MOST_ONCE);

        assertThat(client.takeReceivers()).containsExactly(0);
        client.passMillis(DEADLINE);

        assertThat(client.sent).isEmpty();
        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class).hasMessageContaining("no reply within");
        assertThat(result.failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void anAtMostOnceRequestThatWasNotTakenGoesElsewhereUnderItsNumber() {
        Result result = client.invoke("x", RetrySemantics.AT_MOST_ONCE);
        client.takeSent();

        client.raftReply(0, 1, 2, RequestKind.UNORDERED, 1, ReplyStatus.NO_LEADER, "");

        assertThat(client.takeSent()).singleElement().satisfies(sent -> {
            assertThat(sent.replica()).isEqualTo(2);
            assertThat(sent.request().number()).isEqualTo(1);
        });
        client.raftReply(2, 1, 2, RequestKind.UNORDERED, 1, ReplyStatus.OK, "done");
        assertThat(result.value).isEqualTo(bytes("done"));
    }

    @Test
    void anAtLeastOnceRequestGetsANewNumberWhenItIsRepeatedAndNotWhenItIsRedirected() {
        client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        client.takeSent();

        client.raftReply(0, 1, 2, RequestKind.UNORDERED, 1, ReplyStatus.NO_LEADER, "");
        assertThat(client.takeSent())
                .extracting(sent -> sent.request().number())
                .containsExactly(1L);
        client.passMillis(RETRY);
        assertThat(client.takeSent())
                .extracting(sent -> sent.request().number())
                .containsExactly(2L);
    }

    @Test
    void withMacsNothingIsSigned() {
        CoreHarness macs = CoreHarness.raft(CoreHarness.defaults(), true);
        macs.invoke("x");
        client.invoke("x");

        NodeId self = new NodeId.Client(CLIENT);
        Sent vector = macs.takeSent().get(0);
        ByteString proof = vector.envelope().authenticator();
        assertThat(proof.size()).isEqualTo(REPLICAS * Authentication.MAC_BYTES);
        assertThat(macs.replica(3)
                        .verifyMacVector(
                                self,
                                MessageType.REQUEST_VALUE,
                                vector.envelope().payload(),
                                proof))
                .isTrue();
        Sent signed = client.takeSent().get(0);
        assertThat(client.replica(3)
                        .verifySignature(
                                self,
                                MessageType.REQUEST_VALUE,
                                signed.envelope().payload(),
                                signed.envelope().authenticator()))
                .isTrue();
    }

    @Test
    void underPbftNobodyIsBelievedWhoSaysWhoLeads() {
        CoreHarness pbft = new CoreHarness();
        pbft.invoke("a");
        for (int replica = 1; replica < REPLICAS; replica++) {
            pbft.raftReply(replica, 0, 3, RequestKind.FIFO, 1, ReplyStatus.OK, "a");
        }
        pbft.takeSent();

        pbft.invoke("b");

        assertThat(pbft.takeReceivers()).containsExactly(0);
    }

    private void ok(int replica, long term, int leader, long number, String result) {
        client.raftReply(replica, term, leader, RequestKind.FIFO, number, ReplyStatus.OK, result);
    }

    private void noLeader(int replica, long term, int hint, long number) {
        client.raftReply(replica, term, hint, RequestKind.FIFO, number, ReplyStatus.NO_LEADER, "");
    }
}
