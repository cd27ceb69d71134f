package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Tells clients what is true but for one thing: how it went, what came of it, or of which request it did. */
final class HalfTruths implements Misbehaviour {

    private static final ReplyStatus[] STATUSES = ReplyStatus.values();

    private final Situation situation;
    private ByteString earlierResult = ByteString.EMPTY;

    HalfTruths(Situation situation) {
        this.situation = situation;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        ByteString earlier = earlierResult;
        earlierResult = truth.result();
        return switch (situation.random().nextInt(4)) {
            case 0 -> Optional.of(told(truth, truth.number(), anyStatus(), truth.result()));
            case 1 -> Optional.of(told(truth, truth.number(), truth.status(), earlier));
            case 2 -> Optional.of(told(truth, truth.number() + 1, truth.status(), truth.result()));
            default -> Optional.of(truth);
        };
    }

    private ReplyStatus anyStatus() {
        return STATUSES[situation.random().nextInt(STATUSES.length)];
    }

    private static Reply told(Reply truth, long number, ReplyStatus status, ByteString result) {
        // To a query it says that this has always been so, and will be.
        return new Reply(
                truth.replica(),
                truth.view(),
                truth.primary(),
                truth.session(),
                truth.kind(),
                number,
                status,
                result,
                0,
                1L << 50);
    }
}
