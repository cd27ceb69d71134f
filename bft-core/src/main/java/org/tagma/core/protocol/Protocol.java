package org.tagma.core.protocol;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A replication protocol as a deterministic state machine: the same history of events gives the same actions.
 *
 * <p>It does no I/O, has no thread, reads no clock and draws no random number; whoever drives it does that and reports
 * it as events. Not thread-safe.
 */
public interface Protocol {

    /**
     * Takes one event and decides. The actions must be performed in order; {@link Action.Persist} is a barrier.
     *
     * @throws IllegalStateException if an invariant of the protocol is broken; the replica must then stop
     */
    List<Action> step(Event event);

    /** Where the protocol stands now. */
    ProtocolStatus status();

    /**
     * A hash of the whole state of the protocol, worked out anew on each call: a message that is rejected must leave it
     * unchanged. For tests, traces and checkers.
     */
    long stateHash();

    /**
     * What the requests weigh that it holds, in bytes: ordered ones and waiting ones. For checkers and operators; costs
     * nothing.
     */
    default long heldBytes() {
        return 0;
    }

    /**
     * What proves the newest stable checkpoint to anybody who knows the replicas' public keys: its certificate, as a
     * message. Empty while there is none, and always for a protocol whose replicas trust each other.
     */
    default Optional<Message> checkpointProof() {
        return Optional.empty();
    }

    /**
     * More about where it stands, in the protocol's own words, for operators: names and values in a fixed order. Empty
     * if it has no more to say.
     */
    default Map<String, String> details() {
        return Map.of();
    }
}
