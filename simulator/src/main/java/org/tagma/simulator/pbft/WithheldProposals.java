package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/** Sends each of its proposals to some of the others only, and gives nobody the batch who asks for it. */
final class WithheldProposals implements Misbehaviour {

    private final Situation situation;

    WithheldProposals(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(
                situation.replicas(),
                actions,
                message -> message instanceof PrePrepare || message instanceof BatchBody,
                (to, message) -> message instanceof PrePrepare && (to == situation.self() || situation.chance(0.6))
                        ? List.of(message)
                        : List.of());
    }
}
