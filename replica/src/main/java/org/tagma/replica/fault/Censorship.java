package org.tagma.replica.fault;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/** Hears no request of one client, be it from the client or handed on by another replica. All others are served. */
final class Censorship implements FaultyProtocol.Fault {

    /** The client that is there in every cluster. */
    static final int CLIENT = 0;

    @Override
    public boolean admits(Event event) {
        return !(event instanceof Event.RequestReceived request)
                || request.request().session().client() != CLIENT;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        return actions;
    }
}
