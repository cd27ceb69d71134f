package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Tells clients results that are not so, refusals that nobody decided, and views that nobody is in. */
final class LyingReplies implements Misbehaviour {

    private static final ReplyStatus[] STATUSES = ReplyStatus.values();

    private final Situation situation;

    LyingReplies(Situation situation) {
        this.situation = situation;
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        if (situation.chance(0.1)) {
            return Optional.empty();
        }
        boolean ok = situation.chance(0.6);
        ReplyStatus status = ok ? ReplyStatus.OK : STATUSES[situation.random().nextInt(STATUSES.length)];
        ByteString result = status == ReplyStatus.SESSION_EXPIRED
                ? ByteString.copyFrom(new byte[2 * Long.BYTES])
                : ByteString.copyFromUtf8("a lie");
        long view = situation.chance(0.3) ? 1L << 50 : truth.view();
        int primary = situation.chance(0.3) ? truth.replica() : truth.primary();
        return Optional.of(new Reply(
                truth.replica(), view, primary, truth.session(), truth.kind(), truth.number(), status, result));
    }
}
