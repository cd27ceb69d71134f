package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/** Lies about what prepared here, differently to each; as primary, opens views with altered decisions. */
final class ForgedViewChanges implements Misbehaviour {

    private final Situation situation;

    ForgedViewChanges(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(
                situation.replicas(),
                actions,
                message -> message instanceof ViewChange || message instanceof NewView,
                this::story);
    }

    private List<? extends Message> story(int to, Message message) {
        if (to == situation.self() || situation.chance(0.2)) {
            return List.of(message);
        }
        return List.of(message instanceof ViewChange viewChange ? forged(viewChange) : altered((NewView) message));
    }

    private ViewChange forged(ViewChange truth) {
        List<VoteInfo> prepared = new ArrayList<>(truth.prepared());
        List<VoteInfo> prePrepared = new ArrayList<>(truth.prePrepared());
        switch (situation.random().nextInt(5)) {
            case 0 -> prepared.clear();
            case 1 -> prePrepared.clear();
            case 2 ->
                prepared.replaceAll(entry ->
                        new VoteInfo(entry.sequence(), situation.madeUpDigest(), Math.max(0, truth.view() - 1)));
            case 3 ->
                prepared.replaceAll(
                        entry -> new VoteInfo(entry.sequence(), entry.digest(), Math.max(0, truth.view() - 1)));
            default -> {
                long next = prepared.isEmpty()
                        ? truth.stable().sequence() + 1
                        : prepared.get(prepared.size() - 1).sequence() + 2;
                VoteInfo invented = new VoteInfo(next, situation.madeUpDigest(), Math.max(0, truth.view() - 1));
                prepared.add(invented);
            }
        }
        return new ViewChange(truth.view(), truth.stable(), prepared, prePrepared);
    }

    private NewView altered(NewView truth) {
        List<Reproposal> reproposals = new ArrayList<>(truth.reproposals());
        if (reproposals.isEmpty() || situation.chance(0.3)) {
            long next = reproposals.isEmpty()
                    ? 1
                    : reproposals.get(reproposals.size() - 1).sequence() + 1;
            reproposals.add(new Reproposal(next, situation.madeUpDigest()));
        } else if (situation.chance(0.5)) {
            reproposals.remove(reproposals.size() - 1);
        } else {
            reproposals.replaceAll(each -> new Reproposal(each.sequence(), situation.madeUpDigest()));
        }
        return new NewView(truth.view(), truth.viewChanges(), reproposals);
    }
}
