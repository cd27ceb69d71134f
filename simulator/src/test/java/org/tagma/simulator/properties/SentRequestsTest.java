package org.tagma.simulator.properties;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.client.call.ClientOptions;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;

class SentRequestsTest {

    private final Violations violations = new Violations();
    private long nowMillis;
    private final SentRequests sent = new SentRequests(0, true, violations);

    private void sends(int replica, long number, RetrySemantics semantics, String operation) {
        ByteString payload = MessageCodec.encodeRequestPayload(
                new SessionId(0, 1), number, semantics, ByteString.copyFromUtf8(operation));
        sent.sends(
                1,
                replica,
                MessageCodec.envelope(new NodeId.Client(0), MessageType.REQUEST_VALUE, payload, ByteString.EMPTY),
                nowMillis);
    }

    private void expectNothingFound() {
        assertThat(violations.isEmpty()).isTrue();
    }

    private void expectFound() {
        expectFound(Property.TRUE_OUTCOMES);
    }

    private void expectFound(Property property) {
        assertThat(violations.first().orElseThrow().property()).isEqualTo(property);
    }

    private void sendsToAll(long number, RetrySemantics semantics, String operation) {
        for (int replica = 0; replica < 4; replica++) {
            sends(replica, number, semantics, operation);
        }
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

    @Test
    void theNextAttemptComesInTime() {
        sends(2, 1, RetrySemantics.EXACTLY_ONCE, "a");
        sent.rests();
        nowMillis = ClientOptions.MAX_RETRY_MILLIS + 1;
        sendsToAll(1, RetrySemantics.EXACTLY_ONCE, "a");

        expectFound(Property.TRUE_OUTCOMES);
    }
}
