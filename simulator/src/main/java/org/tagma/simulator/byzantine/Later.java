package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Does as the protocol says until some time, and from then on as another way of being malicious has it. */
final class Later implements Misbehaviour {

    private final Misbehaviour then;
    private final Situation situation;
    private final long fromMicros;

    Later(Misbehaviour then, Situation situation, long fromMillis) {
        this.then = then;
        this.situation = situation;
        this.fromMicros = fromMillis * 1000;
    }

    private boolean hasBegun() {
        return situation.nowMicros().getAsLong() >= fromMicros;
    }

    @Override
    public boolean hears(Event event) {
        return !hasBegun() || then.hears(event);
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return hasBegun() ? then.act(event, actions) : actions;
    }

    @Override
    public List<ByteString> frames(int to, ByteString frame) {
        return hasBegun() ? then.frames(to, frame) : List.of(frame);
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return hasBegun() ? then.reply(truth) : Optional.of(truth);
    }
}
