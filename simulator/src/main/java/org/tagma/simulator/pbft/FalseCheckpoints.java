package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Votes for states that nobody has, ahead of everybody, and shows certificates that are none: of its own vote alone, of
 * its own vote several times, or for something else than what was voted for. Its view changes start from such.
 */
final class FalseCheckpoints implements Misbehaviour {

    private final Situation situation;
    /** Its own false vote, as it came back signed. */
    private Authenticated<Checkpoint> lie;

    FalseCheckpoints(Situation situation) {
        this.situation = situation;
    }

    @Override
    public boolean hears(Event event) {
        if (event instanceof Event.MessageReceived received
                && received.message().sender() == situation.self()
                && received.message().message() instanceof Checkpoint vote
                && isLie(vote)) {
            Authenticated<?> signed = received.message();
            lie = new Authenticated<>(signed.sender(), vote, signed.payload(), signed.authenticator());
            return false;
        }
        return true;
    }

    private static boolean isLie(Checkpoint vote) {
        return vote.stateDigest().bytes().byteAt(0) == Situation.MADE_UP;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> all = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof Checkpoint vote) {
                all.add(action);
                lieAhead(vote, all);
            } else if (action instanceof Action.Broadcast broadcast
                    && broadcast.message() instanceof ViewChange viewChange
                    && lie != null
                    && situation.chance(0.7)) {
                tellOthers(from(viewChange), all);
            } else {
                all.add(action);
            }
        }
        return all;
    }

    /**
     * Near ahead, which would move the window, or far ahead, which would have others fetch a state that does not exist.
     */
    private void lieAhead(Checkpoint vote, List<Action> all) {
        long ahead = vote.sequence() * situation.random().nextInt(1, 8);
        Checkpoint next = new Checkpoint(vote.sequence() + ahead, situation.madeUpDigest());
        for (int to = 0; to < situation.replicas(); to++) {
            all.add(new Action.Send(to, next));
        }
        if (lie != null) {
            tellOthers(new StableCheckpoint(certificate()), all);
        }
    }

    private void tellOthers(org.tagma.core.protocol.Message message, List<Action> all) {
        for (int to = 0; to < situation.replicas(); to++) {
            if (to != situation.self()) {
                all.add(new Action.Send(to, message));
            }
        }
    }

    private ViewChange from(ViewChange truth) {
        return new ViewChange(truth.view(), certificate(), List.of(), List.of());
    }

    private CheckpointCertificate certificate() {
        int copies = situation.chance(0.5) ? 1 : situation.replicas();
        long sequence = lie.message().sequence() * (situation.chance(0.2) ? 2 : 1);
        return new CheckpointCertificate(sequence, lie.message().stateDigest(), Collections.nCopies(copies, lie));
    }
}
