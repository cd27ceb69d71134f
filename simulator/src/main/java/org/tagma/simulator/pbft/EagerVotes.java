package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Votes for whatever anybody proposes or votes for, in every phase, at once, and twice: it makes any quorum fuller by
 * one.
 */
final class EagerVotes implements Misbehaviour {

    private static final int REMEMBERED = 256;

    private record Ballot(long view, long sequence, Digest digest) {}

    private final Situation situation;
    private final Set<Ballot> votedFor = new LinkedHashSet<>();

    EagerVotes(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> all = new ArrayList<>(actions);
        if (event instanceof Event.MessageReceived received) {
            vote(received.message().message(), all);
        }
        for (Action action : actions) {
            if (action instanceof Action.Send send) {
                // Perhaps a lie that another misbehaviour of this replica tells: somebody must vouch for it.
                vote(send.message(), all);
            }
        }
        return all;
    }

    private void vote(Message message, List<Action> all) {
        Ballot ballot = ballotOf(message);
        if (ballot == null || !votedFor.add(ballot)) {
            return;
        }
        if (votedFor.size() > REMEMBERED) {
            votedFor.remove(votedFor.iterator().next());
        }
        for (int to = 0; to < situation.replicas(); to++) {
            if (to != situation.self()) {
                all.add(new Action.Send(to, new Prepare(ballot.view, ballot.sequence, ballot.digest)));
                all.add(new Action.Send(to, new Commit(ballot.view, ballot.sequence, ballot.digest)));
                all.add(new Action.Send(to, new Committed(ballot.sequence, ballot.digest)));
                all.add(new Action.Send(to, new Committed(ballot.sequence, ballot.digest)));
            }
        }
    }

    private static Ballot ballotOf(Message message) {
        if (message instanceof PrePrepare vote) {
            return new Ballot(vote.view(), vote.sequence(), vote.batch().digest());
        } else if (message instanceof Prepare vote) {
            return new Ballot(vote.view(), vote.sequence(), vote.digest());
        }
        return message instanceof Commit vote ? new Ballot(vote.view(), vote.sequence(), vote.digest()) : null;
    }
}
