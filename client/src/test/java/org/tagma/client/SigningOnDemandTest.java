package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.CoreHarness.Sent;
import org.tagma.client.call.ClientCounter;
import org.tagma.core.Digest;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.network.codec.SignatureRequest;

/** When a client signs under {@code macs}: as seldom as it can, and no seldomer. */
class SigningOnDemandTest {

    private static final long HOUR_MILLIS = 3_600_000;

    private final CoreHarness client = CoreHarness.withMacs();

    private void ask(int replica, Sent about, long forMillis) {
        ask(replica, about.request().number(), about.request().digest(), forMillis);
    }

    private void ask(int replica, long number, Digest request, long forMillis) {
        client.reply(
                replica,
                0,
                RequestKind.FIFO,
                number,
                ReplyStatus.SIGNATURE_NEEDED,
                SignatureRequest.encode(request, forMillis));
    }

    private void answer(long number) {
        client.replyFrom(new int[] {1, 2}, number, "ok");
    }

    @Test
    void aNewRequestGoesToThePrimaryUnsignedAndIsSignedWhenItIsRepeated() {
        client.invoke("x");
        assertThat(client.takeSent()).singleElement().matches(sent -> sent.replica() == 0 && !sent.isSigned());
        client.passMillis(CoreHarness.RETRY);
        assertThat(client.takeSent()).hasSize(4).allMatch(Sent::isSigned);
    }

    @Test
    void whatIsNeverRepeatedIsSigned() {
        client.invoke("x", RetrySemantics.AT_MOST_ONCE);
        assertThat(client.takeSent()).hasSize(4).allMatch(Sent::isSigned);
    }

    @Test
    void aRepetitionUnderANewNumberIsSigned() {
        client.invoke("x", RetrySemantics.AT_LEAST_ONCE);
        assertThat(client.takeSent()).hasSize(1).noneMatch(Sent::isSigned);
        client.passMillis(CoreHarness.RETRY);
        assertThat(client.takeSent())
                .hasSize(4)
                .allMatch(sent -> sent.isSigned() && sent.request().number() == 2);
    }

    @Test
    void whatCannotGoToThePrimaryAloneIsSigned() {
        client.core.onPeerDown(client.core.session(), 0, client.now);
        client.invoke("x");
        assertThat(client.takeSent()).hasSize(4).allMatch(Sent::isSigned);
    }

    @Test
    void whoeverIsAskedSignsAllThatIsUnderWayInOrderAndRepeatsItNoLater() {
        client.invoke("a");
        client.invoke("b");
        Result last = client.invoke("c");
        List<Sent> unsigned = client.takeSent();
        long wake = client.core.nextWakeMillis();

        client.passMillis(10);
        ask(0, unsigned.get(1), 0);
        List<Sent> signed = client.takeSent();
        assertThat(signed).extracting(sent -> sent.request().number()).containsExactly(1L, 2L, 3L);
        assertThat(signed).allMatch(sent -> sent.isSigned() && sent.replica() == 0);
        assertThat(client.core.nextWakeMillis()).isEqualTo(wake);

        ask(0, unsigned.get(0), 0);
        assertThat(client.takeSent()).as("once a request").isEmpty();
        answer(3);
        assertThat(last.value).isEqualTo(bytes("ok"));
    }

    @Test
    void onlyWhoWasSentThisRequestUnsignedMayAsk() {
        client.invoke("x");
        Sent sent = client.takeSent().get(0);
        ask(1, sent, HOUR_MILLIS);
        ask(0, 1, Digest.of(bytes("another")), HOUR_MILLIS);
        client.reply(0, 0, RequestKind.FIFO, 1, ReplyStatus.SIGNATURE_NEEDED, ByteString.EMPTY);
        assertThat(client.takeSent()).isEmpty();
        client.invoke("y");
        assertThat(client.takeSent()).hasSize(1).noneMatch(Sent::isSigned);
    }

    @Test
    void newRequestsAreSignedForAsLongAsThePrimarySaysAnHourAtMost() {
        client.invoke("x");
        ask(0, client.takeSent().get(0), 700);
        client.takeSent();
        answer(1);
        client.invoke("y");
        assertThat(client.takeSent()).hasSize(1).allMatch(Sent::isSigned);
        answer(2);
        client.passMillis(700);
        client.invoke("z");
        Sent later = client.takeSent().get(0);
        assertThat(later.isSigned()).isFalse();

        ask(0, later, Long.MAX_VALUE);
        answer(3);
        client.passMillis(HOUR_MILLIS);
        client.invoke("in a session of its own");
        client.connectAll();
        client.takeSent();
        client.invoke("after an hour");
        assertThat(client.takeSent()).hasSize(1).noneMatch(Sent::isSigned);
    }

    @Test
    void toBeAskedIsNoSignOfOverload() {
        Result result = client.invoke("x");
        ask(0, client.takeSent().get(0), 0);
        client.passMillis(CoreHarness.DEADLINE);
        assertThat(result.failure).hasMessageNotContaining("overloaded");
        assertThat(client.count(ClientCounter.DROPPED_FORGED)).isZero();
    }
}
