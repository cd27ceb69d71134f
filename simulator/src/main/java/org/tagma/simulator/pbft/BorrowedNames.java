package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Shows what one replica signed as the word of others: votes for a state, and view changes, that are of a quorum by
 * their names alone.
 */
final class BorrowedNames implements Misbehaviour {

    private final Situation situation;

    BorrowedNames(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(
                situation.replicas(),
                actions,
                message -> message instanceof ViewChange
                        || message instanceof NewView
                        || message instanceof StableCheckpoint,
                this::story);
    }

    private List<? extends Message> story(int to, Message message) {
        if (to == situation.self() || situation.chance(0.5)) {
            return List.of(message);
        }
        if (message instanceof ViewChange truth) {
            return List.of(new ViewChange(truth.view(), votes(truth.stable()), truth.prepared(), truth.prePrepared()));
        }
        if (message instanceof NewView truth) {
            return List.of(new NewView(truth.view(), underOtherNames(truth.viewChanges()), truth.reproposals()));
        }
        return List.of(new StableCheckpoint(votes(((StableCheckpoint) message).certificate())));
    }

    /** The first state needs no votes. */
    private CheckpointCertificate votes(CheckpointCertificate truth) {
        if (truth.votes().isEmpty()) {
            return truth;
        }
        return new CheckpointCertificate(truth.sequence(), truth.stateDigest(), underOtherNames(truth.votes()));
    }

    /** All say what one of them says, with its proof. */
    private static <M extends Message> List<Authenticated<M>> underOtherNames(List<Authenticated<M>> signed) {
        Authenticated<M> one = signed.get(0);
        List<Authenticated<M>> all = new ArrayList<>();
        for (Authenticated<M> each : signed) {
            all.add(new Authenticated<>(each.sender(), one.message(), one.payload(), one.authenticator()));
        }
        return all;
    }
}
