package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.DEADLINE;
import static org.tagma.client.CoreHarness.RETRY;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.OverloadedException;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;

/** What replicas have no room for is held back until answers have made room, and sent at once then. */
class ClientPacingTest {

    private static final int PRIMARY = 0;

    private final CoreHarness client = new CoreHarness();

    private void refuse(long number) {
        client.reply(PRIMARY, 0, RequestKind.FIFO, number, ReplyStatus.OVERLOADED, ByteString.EMPTY);
    }

    private void answer(long number) {
        client.replyFrom(new int[] {0, 1}, number, "done");
    }

    private List<Long> takeNumbers() {
        List<Sent> sent = client.takeSent();
        assertThat(sent).allMatch(frame -> frame.replica() == PRIMARY);
        return sent.stream().map(frame -> frame.request().number()).toList();
    }

    @Test
    void whatFoundNoRoomGoesAsSoonAsAnAnswerMadeRoomAndToThePrimaryAlone() {
        for (int call = 1; call <= 4; call++) {
            client.invoke("x");
        }
        refuse(2);
        assertThat(takeNumbers()).containsExactly(1L, 2L, 3L, 4L);
        answer(1);
        assertThat(takeNumbers()).containsExactly(2L);
        answer(2);
        assertThat(takeNumbers()).containsExactly(3L);
    }

    @Test
    void whatIsHeldBackIsNotRepeatedAndNewCallsWaitBehindIt() {
        client.invoke("x");
        client.passMillis(RETRY / 2);
        client.invoke("x");
        refuse(2);
        client.takeSent();
        client.invoke("x");
        client.passMillis(RETRY / 2);
        assertThat(client.takeSent())
                .isNotEmpty()
                .allMatch(sent -> sent.request().number() == 1);
        client.passMillis(RETRY / 2);
        assertThat(client.takeSent()).allMatch(sent -> sent.request().number() == 1);
    }

    @Test
    void afterSomeAnswersOneMoreIsUnderWay() {
        for (int call = 1; call <= 20; call++) {
            client.invoke("x");
        }
        refuse(2);
        client.takeSent();
        for (int number = 1; number <= 8; number++) {
            answer(number);
        }
        client.takeSent();
        answer(9);
        assertThat(takeNumbers()).hasSizeGreaterThanOrEqualTo(1);
        answer(10);
        assertThat(takeNumbers()).contains(12L);
    }

    @Test
    void whereNothingElseIsUnderWayItIsRepeatedToAllAfterAWhile() {
        client.invoke("x");
        refuse(1);
        client.takeSent();
        client.passMillis(RETRY);
        assertThat(client.takeReceivers()).containsExactly(0, 1, 2, 3);
        answer(1);
    }

    @Test
    void whatIsHeldBackUntilItsDeadlineFails() {
        client.invoke("x");
        Result second = client.invoke("x");
        Result third = client.invoke("x");
        refuse(2);
        client.passMillis(DEADLINE);
        assertThat(second.failure).isInstanceOf(OverloadedException.class);
        assertThat(third.isDone()).isTrue();
    }
}
