package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Votes for digests of nothing, and gives other batches, to some, some of the time; its own protocol hears the truth.
 */
final class WrongDigests implements Misbehaviour {

    private final Situation situation;

    WrongDigests(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(situation.replicas(), actions, WrongDigests::hasDigest, this::story);
    }

    private static boolean hasDigest(Message message) {
        return message instanceof Prepare
                || message instanceof Commit
                || message instanceof Checkpoint
                || message instanceof Committed
                || message instanceof BatchBody;
    }

    private List<? extends Message> story(int to, Message message) {
        return List.of(to == situation.self() || situation.chance(0.5) ? message : wrong(message));
    }

    private Message wrong(Message message) {
        if (message instanceof Prepare vote) {
            return new Prepare(vote.view(), vote.sequence(), situation.madeUpDigest());
        } else if (message instanceof Commit vote) {
            return new Commit(vote.view(), vote.sequence(), situation.madeUpDigest());
        } else if (message instanceof Checkpoint vote) {
            return new Checkpoint(vote.sequence(), situation.madeUpDigest());
        }
        return message instanceof Committed said
                ? new Committed(said.sequence(), situation.madeUpDigest())
                : new BatchBody(((BatchBody) message).sequence(), Batch.of(1, List.of()));
    }
}
