package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.CLIENT;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.OperationFailedException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RejectedException;
import org.tagma.client.call.ReplyEvictedException;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.RejectionResult;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.wire.MessageType;

class BftClientCoreTest {

    private final CoreHarness client = new CoreHarness();

    @Test
    void aRequestGoesToThePrimaryOnlyAndItsResultNeedsOneMoreReplyThanThereMayBeLiars() {
        Result result = client.invoke("x");

        List<Sent> sent = client.takeSent();
        assertThat(sent).singleElement().satisfies(only -> {
            assertThat(only.replica()).isZero();
            assertThat(only.request().session()).isEqualTo(new SessionId(CLIENT, 100));
            assertThat(only.request().number()).isEqualTo(1);
            assertThat(only.request().operation()).isEqualTo(bytes("x"));
        });
        client.reply(2, 1, "ok");
        assertThat(result.isDone()).isFalse();
        client.reply(3, 1, "ok");
        assertThat(result.value).isEqualTo(bytes("ok"));
        assertThat(client.core.nextWakeMillis()).isGreaterThan(client.now);
    }

    @Test
    void aRequestIsSignedAndCarriesItsVectorInFrontOfTheSignature() {
        CoreHarness macs = new CoreHarness(CoreHarness.defaults(), false, true);
        client.invoke("x");
        macs.invoke("x");

        NodeId self = new NodeId.Client(CLIENT);
        Sent signed = client.takeSent().get(0);
        assertThat(client.replica(1)
                        .verifySignature(
                                self,
                                MessageType.REQUEST_VALUE,
                                signed.envelope().payload(),
                                signed.envelope().authenticator()))
                .isTrue();
        Sent both = macs.takeSent().get(0);
        ByteString proof = both.envelope().authenticator();
        int vectorBytes = CoreHarness.REPLICAS * Authentication.MAC_BYTES;
        ByteString payload = both.envelope().payload();
        assertThat(macs.replica(3)
                        .verifyMacVector(
                                self,
                                RequestAuthenticator.SIGNED_REQUEST,
                                payload.concat(proof.substring(vectorBytes)),
                                proof.substring(0, vectorBytes)))
                .isTrue();
        assertThat(macs.replica(3)
                        .verifySignature(self, MessageType.REQUEST_VALUE, payload, proof.substring(vectorBytes)))
                .isTrue();
    }

    @Test
    void oneLiarAndOneSilentReplicaDoNotMatter() {
        Result result = client.invoke("x");

        client.reply(0, 1, "lie");
        client.reply(1, 1, "truth");
        assertThat(result.isDone()).isFalse();
        client.reply(2, 1, "truth");

        assertThat(result.value).isEqualTo(bytes("truth"));
    }

    @Test
    void aLiarCountsOnceHoweverOftenItSpeaksAndHoweverItChangesItsMind() {
        Result result = client.invoke("x");

        for (int i = 0; i < 20; i++) {
            client.reply(0, 1, "lie");
            client.reply(0, 1, "lie " + i);
        }
        assertThat(result.isDone()).isFalse();
        assertThat(client.count(ClientCounter.DROPPED_DUPLICATE)).isPositive();
        client.replyFrom(new int[] {1, 2}, 1, "truth");

        assertThat(result.value).isEqualTo(bytes("truth"));
    }

    @Test
    void repliesThatDifferInStatusDoNotMatch() {
        Result result = client.invoke("x");

        client.reply(0, 0, RequestKind.FIFO, 1, ReplyStatus.OK, ByteString.EMPTY);
        client.reply(1, 0, RequestKind.FIFO, 1, ReplyStatus.REPLY_EVICTED, ByteString.EMPTY);

        assertThat(result.isDone()).isFalse();
    }

    @Test
    void longResultsMatchByAllTheirBytes() {
        Result result = client.invoke("x");
        String longText = "r".repeat(5_000);

        client.reply(0, 1, longText + "!");
        client.reply(1, 1, longText);
        assertThat(result.isDone()).isFalse();
        client.reply(2, 1, longText);

        assertThat(result.value).isEqualTo(bytes(longText));
    }

    @Test
    void withTheReadOnlyFastPathAnOrderedRequestNeedsAQuorumOfReplies() {
        CoreHarness fast = CoreHarness.withFastPath();
        Result result = fast.invoke("x");

        fast.replyFrom(new int[] {1, 2}, 1, "ok");
        assertThat(result.isDone()).isFalse();
        fast.reply(3, 1, "ok");

        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    @Test
    void oneReplicaCannotMoveTheViewHoweverHighItClaims() {
        client.invoke("a");
        client.reply(3, 1L << 60, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("a"));
        assertThat(client.core.view()).isZero();

        client.reply(1, 5, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("a"));
        assertThat(client.core.view()).isEqualTo(5);
        client.takeSent();

        client.invoke("b");
        assertThat(client.takeReceivers()).containsExactly(1);
    }

    @Test
    void withoutRepliesARequestGoesToAllAfterTheRetryTimeAndThenWithJitteredBackOff() {
        client.invoke("x");
        long start = client.now;
        client.takeSent();

        client.passMillis(RETRY - 1);
        assertThat(client.sent).isEmpty();
        client.passMillis(DEADLINE - RETRY);

        List<Sent> again = client.takeSent();
        assertThat(again.subList(0, 4)).extracting(Sent::replica).containsExactly(0, 1, 2, 3);
        assertThat(again).extracting(sent -> sent.request().number()).containsOnly(1L);
        assertThat(again).extracting(Sent::envelope).containsOnly(again.get(0).envelope());
        List<Long> times = again.stream().map(Sent::at).distinct().toList();
        assertThat(times.get(0)).isEqualTo(start + RETRY);
        long backOff = RETRY;
        for (int i = 1; i < times.size(); i++) {
            backOff = Math.min(ClientOptions.MAX_RETRY_MILLIS, 2 * backOff);
            assertThat(times.get(i) - times.get(i - 1)).isBetween(backOff / 2, backOff);
        }
        assertThat(times).hasSizeGreaterThan(7);
    }

    @Test
    void aPrimaryThatIsNotConnectedIsNotWaitedFor() {
        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.invoke("x");

        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void whenThePrimarysConnectionBreaksWhatOnlyItWasSentGoesToAllAtOnce() {
        client.invoke("x");
        client.takeSent();

        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.passMillis(0);
        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);
        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.passMillis(0);
        assertThat(client.sent)
                .as("a connection that flaps does not multiply requests")
                .isEmpty();
    }

    @Test
    void requestsAreNumberedInTheOrderOfTheCallsAlsoWhenTheyWaitForTheWindow() {
        CoreHarness narrow = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 2, 100), false, false);
        List<Result> results = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            results.add(narrow.invoke("op" + i));
        }
        assertThat(narrow.takeSent())
                .extracting(sent -> sent.request().number())
                .containsExactly(1L, 2L);

        // The second one alone makes no room: number 3 would be two ahead of the oldest unanswered.
        narrow.replyFrom(new int[] {1, 2}, 2, "r2");
        assertThat(narrow.sent).isEmpty();
        narrow.replyFrom(new int[] {1, 2}, 1, "r1");
        assertThat(narrow.takeSent())
                .extracting(sent -> sent.request().operation())
                .containsExactly(bytes("op3"), bytes("op4"));
        narrow.replyFrom(new int[] {1, 2}, 3, "r3");
        narrow.replyFrom(new int[] {1, 2}, 4, "r4");
        narrow.replyFrom(new int[] {1, 2}, 5, "r5");

        assertThat(results)
                .extracting(result -> result.value)
                .containsExactly(bytes("r1"), bytes("r2"), bytes("r3"), bytes("r4"), bytes("r5"));
    }

    @Test
    void aFullQueueFailsFastAndSaysThatNothingWasExecuted() {
        CoreHarness small = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 1, 2), false, false);
        small.invoke("sent");
        small.invoke("queued");
        small.invoke("queued");

        Result refused = small.invoke("too much");

        assertThat(refused.failure).isInstanceOf(OverloadedException.class);
        assertThat(refused.failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
    }

    @Test
    void aRefusalAndAFailureOfTheStateMachineAreAgreedAnswers() {
        Result rejected = client.invoke("x");
        Result failed = client.invoke("y");
        ByteString refusal = new RejectionResult("no-such-account", "account 5").encode();
        ByteString failure = new RejectionResult("state-machine-error", "ArithmeticException").encode();

        for (int replica = 1; replica <= 2; replica++) {
            client.reply(replica, 0, RequestKind.FIFO, 1, ReplyStatus.REJECTED, refusal);
            client.reply(replica, 0, RequestKind.FIFO, 2, ReplyStatus.FAILED, failure);
        }

        assertThat(rejected.failure).isInstanceOfSatisfying(RejectedException.class, problem -> {
            assertThat(problem.code()).isEqualTo("no-such-account");
            assertThat(problem.reason()).isEqualTo("account 5");
            assertThat(problem.outcome()).isEqualTo(Outcome.EXECUTED);
        });
        assertThat(failed.failure)
                .isInstanceOfSatisfying(
                        OperationFailedException.class,
                        problem -> assertThat(problem.code()).isEqualTo("state-machine-error"));
    }

    @Test
    void anEvictedReplyMeansExecutedWithoutAResult() {
        Result result = client.invoke("x");

        client.reply(1, 0, RequestKind.FIFO, 1, ReplyStatus.REPLY_EVICTED, ByteString.EMPTY);
        client.reply(2, 0, RequestKind.FIFO, 1, ReplyStatus.REPLY_EVICTED, ByteString.EMPTY);

        assertThat(result.failure).isInstanceOf(ReplyEvictedException.class);
        assertThat(result.failure.outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void badRepliesAreDroppedAndCounted() {
        Result result = client.invoke("x");
        SessionId session = new SessionId(CLIENT, client.core.session());
        Reply good = new Reply(1, 0, 0, session, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("ok"));
        ByteString frame = client.frame(1, good);
        byte[] wrongMac = frame.toByteArray();
        wrongMac[wrongMac.length - 1] ^= 1;

        client.core.onFrame(1, bytes("garbage"), client.now);
        client.core.onFrame(1, ByteString.EMPTY, client.now);
        client.core.onFrame(1, client.takeSent().get(0).envelope().payload(), client.now);
        assertThat(client.count(ClientCounter.DROPPED_MALFORMED)).isEqualTo(3);

        client.core.onFrame(1, ByteString.copyFrom(wrongMac), client.now);
        client.core.onFrame(2, frame, client.now);
        assertThat(client.count(ClientCounter.DROPPED_FORGED)).isEqualTo(2);

        client.reply(1, 9, "not asked");
        assertThat(client.count(ClientCounter.DROPPED_LATE)).isEqualTo(1);
        assertThat(result.isDone()).isFalse();

        client.core.onFrame(1, frame, client.now);
        client.core.onFrame(1, frame, client.now);
        assertThat(client.count(ClientCounter.DROPPED_DUPLICATE)).isEqualTo(1);
        client.reply(2, 1, "ok");
        client.reply(3, 1, "ok");
        assertThat(client.count(ClientCounter.DROPPED_LATE)).isEqualTo(2);
        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    @Test
    void noSingleWrongByteInAReplyIsBelieved() {
        Result result = client.invoke("x");
        SessionId session = new SessionId(CLIENT, client.core.session());
        client.reply(1, 1, "ok");
        byte[] frame = client.frame(2, new Reply(2, 0, 0, session, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("ok")))
                .toByteArray();

        for (int i = 0; i < frame.length; i++) {
            byte[] damaged = frame.clone();
            damaged[i] ^= 1;
            client.core.onFrame(2, ByteString.copyFrom(damaged), client.now);
            assertThat(result.isDone()).as("byte " + i).isFalse();
        }

        client.core.onFrame(2, ByteString.copyFrom(frame), client.now);
        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    @Test
    void aCompletionMayMakeTheNextCall() {
        List<Result> chain = new ArrayList<>();
        chain.add(client.invoke("1"));
        chain.get(0).then(() -> chain.add(client.invoke("2")));

        client.replyFrom(new int[] {1, 2}, 1, "r1");
        client.replyFrom(new int[] {1, 2}, 2, "r2");

        assertThat(chain).extracting(result -> result.value).containsExactly(bytes("r1"), bytes("r2"));
    }

    @Test
    void closingEndsEveryCallAndSaysWhatIsKnown() {
        CoreHarness narrow = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 1, 10), true, false);
        Result sent = narrow.invoke("sent");
        Result queued = narrow.invoke("queued");
        Result query = narrow.query("query");
        Result queuedQuery = narrow.query("queued query");

        narrow.core.close();
        narrow.core.close();
        Result late = narrow.invoke("late");

        assertThat(List.of(sent, queued, query, queuedQuery, late))
                .extracting(result -> result.failure)
                .hasOnlyElementsOfType(ClientClosedException.class);
        assertThat(List.of(sent, queued, queuedQuery, late))
                .extracting(result -> result.failure.outcome())
                .containsExactly(Outcome.UNKNOWN, Outcome.NOT_EXECUTED, Outcome.NOT_EXECUTED, Outcome.NOT_EXECUTED);
        assertThat(narrow.closed).isEqualTo(narrow.opened);
    }

    @Test
    void afterAPrimaryLetOneRequestWaitTheBackupsHearOfTheNextOnesAtOnce() {
        client.invoke("left out");
        client.takeSent();
        client.passMillis(CoreHarness.defaults().retryMillis());
        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);
        client.replyFrom(new int[] {1, 2}, 1, "ok");

        for (int number = 2; number <= 9; number++) {
            client.invoke("watched");
            assertThat(client.takeReceivers()).as("request %s", number).containsExactly(0, 1, 2, 3);
            client.replyFrom(new int[] {1, 2}, number, "ok");
        }
        client.invoke("served again");
        assertThat(client.takeReceivers()).containsExactly(0);
    }

    @Test
    void theNextPrimaryIsNotWatchedForWhatTheLastOneDid() {
        client.invoke("left out");
        client.passMillis(CoreHarness.defaults().retryMillis());
        client.takeSent();
        client.reply(1, 1, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("ok"));
        client.reply(2, 1, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("ok"));

        client.invoke("x");
        assertThat(client.takeReceivers()).containsExactly(1);
    }
}
