package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Tells two halves of the group different batches at one sequence number, and votes with each half for what that half
 * was told.
 */
final class Equivocation implements Misbehaviour {

    private final Situation situation;
    private Digest truth = Digest.NULL;
    private Digest lie = Digest.NULL;

    Equivocation(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(situation.replicas(), actions, Equivocation::isVote, this::story);
    }

    private static boolean isVote(Message message) {
        return message instanceof PrePrepare || message instanceof Prepare || message instanceof Commit;
    }

    private List<? extends Message> story(int to, Message message) {
        if (situation.isFavoured(to)) {
            return List.of(message);
        }
        if (message instanceof PrePrepare prePrepare) {
            Batch other = other(prePrepare.batch());
            truth = prePrepare.batch().digest();
            lie = other.digest();
            return List.of(new PrePrepare(prePrepare.view(), prePrepare.sequence(), other));
        }
        if (message instanceof Prepare vote) {
            return List.of(new Prepare(vote.view(), vote.sequence(), otherwise(vote.digest())));
        }
        Commit vote = (Commit) message;
        return List.of(new Commit(vote.view(), vote.sequence(), otherwise(vote.digest())));
    }

    private Digest otherwise(Digest digest) {
        return digest.equals(truth) ? lie : situation.madeUpDigest();
    }

    private Batch other(Batch batch) {
        List<Request> requests = new ArrayList<>(batch.requests());
        switch (situation.random().nextInt(4)) {
            case 0 -> Collections.reverse(requests);
            case 1 -> requests.clear();
            case 2 -> requests.addAll(batch.requests());
            default -> requests.removeIf(request -> situation.chance(0.5));
        }
        return Batch.of(batch.timeMillis() + 1, requests);
    }
}
