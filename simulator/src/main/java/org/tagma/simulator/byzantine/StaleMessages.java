package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Keeps what it hears and says, and says it again much later: others' signed messages, its own, clients' requests. */
final class StaleMessages implements Misbehaviour {

    private static final int KEPT = 200;

    private final Situation situation;
    private final List<Authenticated<?>> heard = new ArrayList<>();
    private final List<Message> said = new ArrayList<>();
    private final List<Request> requests = new ArrayList<>();

    StaleMessages(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received) {
            keep(heard, received.message());
        } else if (event instanceof Event.RequestReceived received) {
            keep(requests, received.request());
        }
        List<Action> all = new ArrayList<>(actions);
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast) {
                keep(said, broadcast.message());
            }
        }
        if (situation.chance(0.1)) {
            repeatSomething(all);
        }
        return all;
    }

    private void repeatSomething(List<Action> all) {
        int to = situation.anyOther();
        switch (situation.random().nextInt(3)) {
            case 0 -> any(heard, message -> all.add(new Action.Forward(to, message)));
            case 1 -> any(said, message -> all.add(new Action.Send(to, message)));
            default -> any(requests, request -> all.add(new Action.Relay(to, request)));
        }
    }

    private <T> void keep(List<T> kept, T item) {
        if (kept.size() < KEPT) {
            kept.add(item);
        } else {
            kept.set(situation.random().nextInt(KEPT), item);
        }
    }

    private <T> void any(List<T> kept, java.util.function.Consumer<T> use) {
        if (!kept.isEmpty()) {
            use.accept(kept.get(situation.random().nextInt(kept.size())));
        }
    }
}
