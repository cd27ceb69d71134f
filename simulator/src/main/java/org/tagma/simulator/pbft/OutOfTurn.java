package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Speaks when it is not its turn: proposes other batches beside those of the primary, ahead of them and in later views,
 * and opens views that are others' to open, with view changes too few, doubled or of another view.
 */
final class OutOfTurn implements Misbehaviour {

    private static final int KEPT = 8;

    private final Situation situation;
    private final TreeMap<Integer, Authenticated<ViewChange>> viewChanges = new TreeMap<>();

    OutOfTurn(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> all = new ArrayList<>(actions);
        if (event instanceof Event.MessageReceived received) {
            Authenticated<?> signed = received.message();
            if (signed.message() instanceof PrePrepare proposal && situation.chance(0.3)) {
                tellAnybody(otherThan(proposal), all);
            } else if (signed.message() instanceof ViewChange viewChange) {
                viewChanges.put(
                        signed.sender(),
                        new Authenticated<>(signed.sender(), viewChange, signed.payload(), signed.authenticator()));
                tellAnybody(newView(viewChange.view()), all);
            }
        }
        return all;
    }

    private void tellAnybody(Message message, List<Action> all) {
        for (int to = 0; to < situation.replicas(); to++) {
            if (to != situation.self() && situation.chance(0.7)) {
                all.add(new Action.Send(to, message));
            }
        }
    }

    private PrePrepare otherThan(PrePrepare proposal) {
        long view = situation.chance(0.8) ? proposal.view() : proposal.view() + 1;
        long sequence = proposal.sequence() + situation.random().nextInt(4);
        Batch batch = situation.chance(0.1)
                ? Batch.NULL
                : Batch.of(proposal.batch().timeMillis() + 1, proposal.batch().requests());
        return new PrePrepare(view, sequence, batch);
    }

    private NewView newView(long view) {
        List<Authenticated<ViewChange>> shown = new ArrayList<>(viewChanges.values());
        if (situation.chance(0.3)) {
            shown.remove(0);
        }
        if (situation.chance(0.4) && !shown.isEmpty()) {
            while (shown.size() < KEPT / 2) {
                shown.add(shown.get(0));
            }
        }
        return new NewView(view, shown, List.of());
    }
}
