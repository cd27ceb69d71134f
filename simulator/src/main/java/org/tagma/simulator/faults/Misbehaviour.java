package org.tagma.simulator.faults;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;

/** One way of being malicious. Has state of its own, so each replica and run needs a new one. Not thread-safe. */
public interface Misbehaviour {

    /** Makes a misbehaviour for one replica of one run. */
    @FunctionalInterface
    interface Factory {
        /** A new one, for the replica that this is the situation of. */
        Misbehaviour create(Situation situation);
    }

    /** Whether the protocol gets to know of this event at all. */
    default boolean hears(Event event) {
        return true;
    }

    /** Turns what a correct replica would do now into what this one does. */
    default List<Action> act(Event event, List<Action> actions) {
        return actions;
    }

    /** Turns a frame for another replica into what leaves instead; only its own proofs are its to make. */
    default List<ByteString> frames(int to, ByteString frame) {
        return List.of(frame);
    }

    /** Turns a reply to a client into another one, or into none. */
    default Optional<Reply> reply(Reply truth) {
        return Optional.of(truth);
    }
}
