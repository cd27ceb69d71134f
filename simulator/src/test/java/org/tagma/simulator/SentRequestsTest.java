package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.Property;

class SentRequestsTest {

    private final Findings findings = new Findings();
    private final SentRequests sent = new SentRequests(0, true, findings);

    private void sends(int replica, long number, RetrySemantics semantics, String operation) {
        ByteString payload = MessageCodec.encodeRequestPayload(
                new SessionId(0, 1), number, semantics, ByteString.copyFromUtf8(operation));
        sent.sends(
                1,
                replica,
                MessageCodec.envelope(new NodeId.Client(0), MessageType.REQUEST_VALUE, payload, ByteString.EMPTY));
    }

    private void expectNothingFound() {
        assertThat(findings.isEmpty()).isTrue();
    }

    private void expectFound() {
        assertThat(findings.first().orElseThrow().property()).isEqualTo(Property.TRUE_OUTCOMES);
    }

    @Test
    void oneNumberIsOneOperation() {
        sends(0, 1, RetrySemantics.EXACTLY_ONCE, "a");
        sends(0, 1, RetrySemantics.EXACTLY_ONCE, "a");
        sends(0, 1, RetrySemantics.AT_MOST_ONCE, "b");
        expectNothingFound();

        sends(1, 1, RetrySemantics.EXACTLY_ONCE, "c");
        expectFound();
    }

    @Test
    void whatIsExecutedExactlyOnceKeepsItsNumber() {
        sends(0, 1, RetrySemantics.EXACTLY_ONCE, "a");
        sends(0, 2, RetrySemantics.EXACTLY_ONCE, "a");

        expectFound();
    }

    @Test
    void whatIsExecutedAtMostOnceIsSentToEachReplicaOnce() {
        sends(0, 1, RetrySemantics.AT_MOST_ONCE, "a");
        sends(1, 1, RetrySemantics.AT_MOST_ONCE, "a");
        expectNothingFound();

        sends(0, 1, RetrySemantics.AT_MOST_ONCE, "a");
        expectFound();
    }

    @Test
    void whatIsExecutedAtLeastOnceHasANewNumberEachTime() {
        sends(0, 1, RetrySemantics.AT_LEAST_ONCE, "a");
        sends(0, 2, RetrySemantics.AT_LEAST_ONCE, "a");
        expectNothingFound();

        sends(0, 2, RetrySemantics.AT_LEAST_ONCE, "a");
        expectFound();
    }
}
