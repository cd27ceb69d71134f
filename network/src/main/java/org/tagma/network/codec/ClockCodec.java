package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.ClockMessage.ClockAnswer;
import org.tagma.core.protocol.ClockMessage.ClockProbe;
import org.tagma.network.wire.ClockAnswerPayload;
import org.tagma.network.wire.ClockProbePayload;
import org.tagma.protocol.InvalidMessageException;

/** What replicas say of their clocks. */
final class ClockCodec {

    private static final StrictParser<ClockProbePayload> PROBE = new StrictParser<>(ClockProbePayload.parser());
    private static final StrictParser<ClockAnswerPayload> ANSWER = new StrictParser<>(ClockAnswerPayload.parser());

    private ClockCodec() {}

    static MessageLite encode(ClockMessage message) {
        if (message instanceof ClockProbe probe) {
            return ClockProbePayload.newBuilder().setNonce(probe.nonce()).build();
        }
        ClockAnswer answer = (ClockAnswer) message;
        return ClockAnswerPayload.newBuilder()
                .setNonce(answer.nonce())
                .setTimeMillis(answer.timeMillis())
                .build();
    }

    static ClockProbe probe(ByteString bytes) throws InvalidMessageException {
        return new ClockProbe(Checks.counter("nonce", PROBE.parse(bytes).getNonce()));
    }

    static ClockAnswer answer(ByteString bytes) throws InvalidMessageException {
        ClockAnswerPayload payload = ANSWER.parse(bytes);
        return new ClockAnswer(
                Checks.counter("nonce", payload.getNonce()), Checks.counter("time", payload.getTimeMillis()));
    }
}
