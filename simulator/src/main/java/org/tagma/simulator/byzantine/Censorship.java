package org.tagma.simulator.byzantine;

import java.util.Optional;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;

/** Does not hear one client, and does not answer it. */
final class Censorship implements Misbehaviour {

    private final int client;

    Censorship(int client) {
        this.client = client;
    }

    @Override
    public boolean hears(Event event) {
        return !(event instanceof Event.RequestReceived received
                && received.request().session().client() == client);
    }

    @Override
    public Optional<Reply> reply(Reply truth) {
        return truth.session().client() == client ? Optional.empty() : Optional.of(truth);
    }
}
