package org.tagma.replica.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.protocol.ProtocolDefinition;

/**
 * A correct protocol that is made to misbehave at its boundary: what it decides is changed, withheld or delayed on its
 * way out. What leaves is still authenticated by this replica, so the others face a real traitor and not line noise.
 *
 * <p>Not thread-safe.
 */
final class FaultyProtocol implements Protocol {

    private final Protocol correct;
    private final FaultInjection injection;
    private final Fault fault;
    private long executedRequests;
    private boolean begun;

    FaultyProtocol(
            Protocol correct,
            ProtocolDefinition definition,
            FaultInjection injection,
            int self,
            int replicas,
            long delayMillis) {
        this.correct = correct;
        this.injection = injection;
        this.fault = faultFor(injection.kind(), definition, self, replicas, delayMillis);
    }

    private static Fault faultFor(
            FaultInjection.Kind kind, ProtocolDefinition definition, int self, int replicas, long delayMillis) {
        return switch (kind) {
            case EQUIVOCATE -> new Equivocation(definition, self, replicas);
            case SILENT ->
                (event, actions) ->
                        actions.stream().filter(action -> !isOutgoing(action)).toList();
            case SLOW -> new Delay(delayMillis);
            case CENSOR -> new Censorship();
            case DARK -> new Omission(self, replicas);
            case FLOOD -> new Flood();
            case CUT -> new Cut(self);
            case CRASH -> (event, actions) -> List.of(new Action.Halt(() -> "it was told to crash (fault injection)"));
        };
    }

    @Override
    public List<Action> step(Event event) {
        if (begun && !fault.admits(event)) {
            return List.of();
        }
        List<Action> actions = correct.step(event);
        if (event instanceof Event.Executed executed) {
            executedRequests += executed.outcomes().size();
        }
        // The trigger may look at a file: asked once a turn, not once an event.
        if (!begun && event instanceof Event.QueueDrained && injection.begins().test(executedRequests)) {
            begun = true;
            List<Action> announced = new ArrayList<>();
            announced.add(
                    new Action.Announce("FAULT INJECTION: from now on this replica misbehaves: " + injection.kind()));
            announced.addAll(fault.apply(event, actions));
            return announced;
        }
        if (begun && hasEnded(event)) {
            begun = false;
            List<Action> announced = new ArrayList<>(actions);
            announced.add(new Action.Announce("FAULT INJECTION: this replica is as it should be again"));
            return announced;
        }
        return begun ? fault.apply(event, actions) : actions;
    }

    private boolean hasEnded(Event event) {
        return injection.kind() == FaultInjection.Kind.CUT
                && event instanceof Event.QueueDrained
                && !injection.begins().test(executedRequests);
    }

    @Override
    public ProtocolStatus status() {
        return correct.status();
    }

    @Override
    public long stateHash() {
        return correct.stateHash();
    }

    @Override
    public Optional<Message> checkpointProof() {
        return correct.checkpointProof();
    }

    @Override
    public Map<String, String> details() {
        return correct.details();
    }

    /** Whether an action says something to another replica. */
    static boolean isOutgoing(Action action) {
        return action instanceof Action.Send
                || action instanceof Action.Broadcast
                || action instanceof Action.Forward
                || action instanceof Action.Relay
                || action instanceof Action.ServeState;
    }

    /** Turns what a correct replica would do into what this one does. */
    @FunctionalInterface
    interface Fault {
        List<Action> apply(Event event, List<Action> actions);

        /** Whether the protocol hears of an event at all. */
        default boolean admits(Event event) {
            return true;
        }
    }
}
