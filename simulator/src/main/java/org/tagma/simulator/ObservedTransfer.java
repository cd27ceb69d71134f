package org.tagma.simulator;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.check.TransferChecker;

/** Shows the checker of state transfer what a correct replica is told and decides. */
public final class ObservedTransfer implements Protocol {

    private final Protocol protocol;
    private final TransferChecker checker;

    /** A protocol at the start of a life, and a checker of that life. */
    public ObservedTransfer(Protocol protocol, TransferChecker checker) {
        this.protocol = protocol;
        this.checker = checker;
    }

    @Override
    public List<Action> step(Event event) {
        checker.begins(event);
        List<Action> actions = protocol.step(event);
        checker.ends(event, actions);
        return actions;
    }

    @Override
    public ProtocolStatus status() {
        return protocol.status();
    }

    @Override
    public long stateHash() {
        return protocol.stateHash();
    }

    @Override
    public Optional<Message> checkpointProof() {
        return protocol.checkpointProof();
    }
}
