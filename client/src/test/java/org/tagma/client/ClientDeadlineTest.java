package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.RETRY;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;

class ClientDeadlineTest {

    private final CoreHarness client = new CoreHarness();

    @Test
    void aRequestWithoutRepliesTimesOutAtItsDeadlineWithItsOutcomeUnknown() {
        Result result = client.invoke("x");

        client.passMillis(DEADLINE - 1);
        assertThat(result.isDone()).isFalse();
        client.passMillis(1);

        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class);
        assertThat(result.failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void afterATimeOutCallsGoOnUnderANewSessionFromNumberOne() {
        client.invoke("x");
        client.passMillis(DEADLINE);
        client.connectAll();
        client.takeSent();

        Result next = client.invoke("y");

        assertThat(client.opened).containsExactly(100L, 101L);
        assertThat(client.closed).containsExactly(100L);
        // The primary let one wait, so all hear of the next.
        assertThat(client.takeSent()).hasSize(4).allSatisfy(sent -> {
            assertThat(sent.session()).isEqualTo(101);
            assertThat(sent.request().session().session()).isEqualTo(101);
            assertThat(sent.request().number()).isEqualTo(1);
        });
        client.replyFrom(new int[] {0, 3}, 1, "y");
        assertThat(next.value).isEqualTo(bytes("y"));
    }

    @Test
    void aTimedOutRequestIsStillSentAsLongAsALaterOneOfItsSessionWaitsBehindIt() {
        client.invoke("first");
        client.passMillis(DEADLINE / 2);
        Result second = client.invoke("second");
        client.passMillis(DEADLINE / 2);
        assertThat(client.closed).isEmpty();
        client.takeSent();

        client.passMillis(2 * ClientOptions.MAX_RETRY_MILLIS);

        assertThat(client.takeSent())
                .allMatch(sent -> sent.session() == 100)
                .extracting(sent -> sent.request().number())
                .contains(1L, 2L);
        client.reply(1, 0, 100, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("1"));
        client.reply(2, 0, 100, RequestKind.FIFO, 1, ReplyStatus.OK, bytes("1"));
        assertThat(client.closed).isEmpty();
        client.reply(1, 0, 100, RequestKind.FIFO, 2, ReplyStatus.OK, bytes("2"));
        client.reply(2, 0, 100, RequestKind.FIFO, 2, ReplyStatus.OK, bytes("2"));

        assertThat(second.value).isEqualTo(bytes("2"));
        assertThat(client.closed).containsExactly(100L);
        client.takeSent();
        client.passMillis(DEADLINE);
        assertThat(client.sent).isEmpty();
        assertThat(client.core.nextWakeMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void everyAbandonedSessionIsClosedOnceItsLastRequestHasTimedOut() {
        for (int i = 0; i < 20; i++) {
            client.invoke("op" + i);
            client.passMillis(DEADLINE / 4);
        }
        assertThat(client.opened.size() - client.closed.size()).isLessThanOrEqualTo(3);

        client.passMillis(2 * DEADLINE);

        assertThat(client.closed).isEqualTo(client.opened.subList(0, client.opened.size() - 1));
        assertThat(client.core.nextWakeMillis()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whatWaitedBehindATimedOutRequestIsSentUnderTheNewSession() {
        CoreHarness narrow = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 1, 10), false, false);
        narrow.invoke("sent");
        narrow.passMillis(DEADLINE / 2);
        Result queued = narrow.invoke("queued");
        narrow.passMillis(DEADLINE / 2 - 1);
        assertThat(narrow.takeSent())
                .extracting(sent -> sent.request().operation())
                .containsOnly(bytes("sent"));

        narrow.passMillis(1);

        assertThat(narrow.takeSent()).isNotEmpty().allSatisfy(sent -> {
            assertThat(sent.session()).isEqualTo(101);
            assertThat(sent.request().operation()).isEqualTo(bytes("queued"));
        });
        narrow.replyFrom(new int[] {1, 2}, 1, "ok");
        assertThat(queued.value).isEqualTo(bytes("ok"));
    }

    @Test
    void aQueuedCallWhoseDeadlineComesFirstWasNotExecuted() {
        CoreHarness narrow = new CoreHarness(new ClientOptions(DEADLINE, RETRY, 1, 10), false, false);
        narrow.invoke("sent");
        Result queued = narrow.invoke("queued");

        narrow.passMillis(DEADLINE);

        assertThat(queued.failure).isInstanceOf(RequestTimeoutException.class);
        assertThat(queued.failure.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
    }

    @Test
    void overloadIsRetriedAndSucceedsWhenTheReplicasHaveRoomAgain() {
        Result result = client.invoke("x");
        refuse(0, ReplyStatus.OVERLOADED);
        refuse(1, ReplyStatus.OUT_OF_WINDOW);
        assertThat(result.isDone()).isFalse();
        client.takeSent();

        client.passMillis(RETRY);
        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);
        client.replyFrom(new int[] {0, 1}, 1, "ok");

        assertThat(result.value).isEqualTo(bytes("ok"));
    }

    @Test
    void overloadUntilTheDeadlineIsReportedAsOverload() {
        Result byPrimary = client.invoke("x");
        refuse(0, ReplyStatus.OVERLOADED);

        client.passMillis(DEADLINE);

        assertThat(byPrimary.failure).isInstanceOf(OverloadedException.class);
        assertThat(byPrimary.failure.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void oneBackupThatClaimsOverloadDoesNotMakeATimeOutLookLikeOverload() {
        Result result = client.invoke("x");
        refuse(2, ReplyStatus.OVERLOADED);

        client.passMillis(DEADLINE);

        assertThat(result.failure).isInstanceOf(RequestTimeoutException.class);
    }

    private void refuse(int replica, ReplyStatus status) {
        client.reply(replica, 0, RequestKind.FIFO, 1, status, ByteString.EMPTY);
    }
}
