package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.byzantine.Behaviour;
import org.tagma.simulator.byzantine.Behaviour.Use;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/** PBFT in the simulator. */
public final class PbftSimulation implements ProtocolSimulation {

    private static final String CONSPIRACY = "two-faced";

    private static final List<Behaviour> BEHAVIOURS = List.of(
            Behaviour.of("equivocates", Equivocation::new),
            Behaviour.of("wrong-digests", WrongDigests::new),
            Behaviour.of("forged-view-changes", ForgedViewChanges::new),
            Behaviour.of("huge-numbers", HugeNumbers::new),
            Behaviour.of("eager-votes", EagerVotes::new),
            Behaviour.of("out-of-turn", OutOfTurn::new),
            Behaviour.of("false-checkpoints", FalseCheckpoints::new),
            Behaviour.of("withheld-proposals", WithheldProposals::new),
            Behaviour.of("wrong-times", WrongTimes::new),
            Behaviour.of("floods-requests", RequestFlooding::new),
            Behaviour.of("forges-requests", ForgedRequests::new).used(Use.DRAWN_BESIDES),
            Behaviour.of("borrows-names", BorrowedNames::new).used(Use.DRAWN_BESIDES),
            Behaviour.of(CONSPIRACY, TwoFaces::new).used(Use.DRAWN_BESIDES),
            Behaviour.of("leaves-every-view", EndlessViewChanges::new).used(Use.NAMED),
            Behaviour.of(
                            "floods",
                            (random, replicas, clients) -> 1,
                            messagesAMilli -> situation -> new Flood(situation, messagesAMilli))
                    .used(Use.NAMED));

    /** For the service loader. */
    public PbftSimulation() {}

    @Override
    public String protocol() {
        return "pbft";
    }

    @Override
    public List<Property> properties() {
        return List.of(PbftProperties.NO_CONFLICTING_VOTES, PbftProperties.CERTIFICATES, Property.NO_NEEDLESS_DELAY);
    }

    @Override
    public ProtocolObserver observer(SimulatedProtocol group, Violations violations) {
        return new PbftObserver(violations, group.template());
    }

    @Override
    public List<Behaviour> behaviours() {
        return BEHAVIOURS;
    }

    @Override
    public String conspiracy() {
        return CONSPIRACY;
    }

    /**
     * A PREPARE arrives when its receiver has given up the view that it belongs to. A pre-prepare and the receiver's
     * own prepare are one short of a quorum; so nothing is ever prepared, and every view ends by its timer. The late
     * prepares are evidence that the timeouts are too short; they double, and the scheduler is more patient still.
     */
    @Override
    public Adversary againstProgress() {
        return message -> message instanceof Prepare prepare ? prepare.view() : Adversary.HARMLESS;
    }

    @Override
    public String scheduleAgainstProgress() {
        return "delivers each PREPARE when its receiver has given up that view";
    }
}
