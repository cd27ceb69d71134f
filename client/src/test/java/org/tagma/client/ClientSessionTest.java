package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;
import static org.tagma.client.CoreHarness.newestSession;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.client.call.StaleNumberException;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;

class ClientSessionTest {

    private final CoreHarness client = new CoreHarness();

    @Test
    void aSessionThatLostTheRaceIsReplacedAndItsRequestsAreSentAgainInOrder() {
        Result first = client.invoke("a");
        Result second = client.invoke("b");
        client.takeSent();

        expire(100, RequestKind.FIFO, 2, 500);

        assertThat(client.opened).containsExactly(100L, 501L);
        assertThat(client.closed).containsExactly(100L);
        List<Sent> again = client.takeSent();
        assertThat(again).extracting(sent -> sent.request().session().session()).containsOnly(501L);
        assertThat(again).extracting(sent -> sent.request().number()).containsSubsequence(1L, 2L);
        assertThat(again.get(0).request().operation()).isEqualTo(bytes("a"));
        client.replyFrom(new int[] {1, 2}, 1, "ra");
        client.replyFrom(new int[] {1, 2}, 2, "rb");
        assertThat(first.value).isEqualTo(bytes("ra"));
        assertThat(second.value).isEqualTo(bytes("rb"));
    }

    @Test
    void theNewSessionTakesTheClockWhereThatIsAhead() {
        client.invoke("a");
        client.wallMicros = 9_000;

        expire(100, RequestKind.FIFO, 1, 500);

        assertThat(client.core.session()).isEqualTo(9_000);
    }

    @Test
    void oneReplicaAloneCannotExpireASession() {
        Result result = client.invoke("a");

        client.reply(0, 0, RequestKind.FIFO, 1, ReplyStatus.SESSION_EXPIRED, expiry(500, 0));

        assertThat(client.core.session()).isEqualTo(100);
        client.replyFrom(new int[] {1, 2}, 1, "ok");
        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    @Test
    void inASessionThatMayHaveBeenEvictedARequestMayHaveBeenExecutedSoItIsNotSentAgain() {
        client.invoke("a");
        client.replyFrom(new int[] {1, 2}, 1, "ok");
        Result second = client.invoke("b");
        Result third = client.invoke("c");
        client.takeSent();

        expire(100, RequestKind.FIFO, 2, 500, 100);

        assertThat(second.failure).isInstanceOf(SessionExpiredException.class);
        assertThat(second.failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(third.failure).isInstanceOf(SessionExpiredException.class);
        assertThat(client.sent).isEmpty();
        client.connectAll();
        client.invoke("d");
        assertThat(client.takeSent()).extracting(Sent::session).containsExactly(501L);
    }

    @Test
    void aSessionThatOpenedAndLostEveryReplyBeforeItWasEvictedIsNotMistakenForOneThatNeverOpened() {
        Result result = client.invoke("a");

        expire(100, RequestKind.FIFO, 1, 100, 100);

        assertThat(result.failure).isInstanceOf(SessionExpiredException.class);
        assertThat(client.core.session()).isEqualTo(101);
    }

    @Test
    void theDeadlineCountsFromTheCallAcrossSessions() {
        Result result = client.invoke("a");
        client.passMillis(DEADLINE - 10);
        expire(100, RequestKind.FIFO, 1, 500);

        client.passMillis(10);

        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class);
    }

    @Test
    void anAtMostOnceRequestGoesToAllOnceAndNeverAgain() {
        Result result = client.invoke("x", RetrySemantics.AT_MOST_ONCE);
        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);

        client.passMillis(DEADLINE);

        assertThat(client.sent).isEmpty();
        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class);
        assertThat(result.failure.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(client.opened)
                .as("its lane has no gaps to fill, so the session goes on")
                .hasSize(1);
    }

    @Test
    void anAtMostOnceRequestThatWasOvertakenSaysSo() {
        Result result = client.invoke("x", RetrySemantics.AT_MOST_ONCE);

        agree(RequestKind.UNORDERED, 1, ReplyStatus.STALE_NUMBER, ByteString.EMPTY);

        assertThat(result.failure).isInstanceOf(StaleNumberException.class);
    }

    @Test
    void anAtLeastOnceRequestTakesAFreshNumberForEachRetryAndAnyOfThemMayAnswer() {
        Result result = client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        client.passMillis(RETRY);
        assertThat(client.takeSent())
                .extracting(sent -> sent.request().number())
                .containsExactly(1L, 2L, 2L, 2L, 2L);

        agree(RequestKind.UNORDERED, 1, ReplyStatus.OK, bytes("ok"));

        assertThat(result.value).isEqualTo(bytes("ok"));
        client.takeSent();
        client.passMillis(DEADLINE);
        assertThat(client.sent).isEmpty();
    }

    @Test
    void repliesToDifferentNumbersAreNotAddedUp() {
        Result result = client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        client.passMillis(RETRY);

        client.reply(1, 0, RequestKind.UNORDERED, 1, ReplyStatus.OK, bytes("ok"));
        client.reply(2, 0, RequestKind.UNORDERED, 2, ReplyStatus.OK, bytes("ok"));

        assertThat(result.isDone()).isFalse();
    }

    @Test
    void aStaleAtLeastOnceRequestIsSentAgainAtOnceUnderAFreshNumber() {
        client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        client.takeSent();

        agree(RequestKind.UNORDERED, 1, ReplyStatus.STALE_NUMBER, ByteString.EMPTY);

        assertThat(client.takeSent()).hasSize(4).allMatch(sent -> sent.request().number() == 2);
    }

    @Test
    void theTwoLanesAreNumberedApart() {
        client.invoke("a");
        client.invoke("b", RetrySemantics.AT_MOST_ONCE);
        client.invoke("c");
        client.invoke("d", RetrySemantics.AT_LEAST_ONCE);

        assertThat(client.takeSent())
                .extracting(sent -> sent.request().operation().toStringUtf8()
                        + sent.request().number())
                .containsExactly("a1", "b1", "b1", "b1", "b1", "c2", "d2");
    }

    @Test
    void anAtLeastOnceRequestIsSentAgainAlsoWhenItsSessionWasLive() {
        client.invoke("a");
        client.replyFrom(new int[] {1, 2}, 1, "ok");
        Result result = client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        client.takeSent();

        expire(100, RequestKind.UNORDERED, 1, 500);

        assertThat(client.takeSent()).extracting(Sent::session).containsOnly(501L);
        agree(RequestKind.UNORDERED, 1, ReplyStatus.OK, bytes("ok"));
        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    private void expire(long session, RequestKind kind, long number, long newest) {
        expire(session, kind, number, newest, 0);
    }

    private void expire(long session, RequestKind kind, long number, long newest, long highestEvicted) {
        for (int replica = 1; replica <= 2; replica++) {
            client.reply(
                    replica, 0, session, kind, number, ReplyStatus.SESSION_EXPIRED, expiry(newest, highestEvicted));
        }
    }

    private static ByteString expiry(long newest, long highestEvicted) {
        return newestSession(newest).concat(newestSession(highestEvicted));
    }

    private void agree(RequestKind kind, long number, ReplyStatus status, ByteString result) {
        client.reply(1, 0, kind, number, status, result);
        client.reply(2, 0, kind, number, status, result);
    }
}
