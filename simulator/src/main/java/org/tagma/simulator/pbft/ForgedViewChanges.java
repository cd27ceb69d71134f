package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/** Lies about what prepared here, differently to each; as primary, opens views with altered decisions. */
final class ForgedViewChanges implements Misbehaviour {

    private static final int KEPT = 64;

    private final Situation situation;

    /** Digests that others voted for, by sequence number. */
    private final TreeMap<Long, Digest> heard = new TreeMap<>();

    ForgedViewChanges(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof Prepare vote) {
            hear(vote);
        }
        return Outgoing.retell(
                situation.replicas(),
                actions,
                message -> message instanceof ViewChange || message instanceof NewView,
                this::story);
    }

    private void hear(Prepare vote) {
        if (situation.chance(0.5)) {
            heard.put(vote.sequence(), vote.digest());
        }
        if (heard.size() > KEPT) {
            heard.pollFirstEntry();
        }
    }

    /** What somebody voted for there in whatever view, or nothing at all: a false claim is best if it might be true. */
    private Digest otherDigest(long sequence) {
        return situation.chance(0.7) && heard.containsKey(sequence) ? heard.get(sequence) : situation.madeUpDigest();
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
                        new VoteInfo(entry.sequence(), otherDigest(entry.sequence()), Math.max(0, truth.view() - 1)));
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
        List<Authenticated<ViewChange>> shown = new ArrayList<>(truth.viewChanges());
        if (situation.chance(0.2)) {
            shown.remove(shown.size() - 1);
        } else if (situation.chance(0.1)) {
            shown.set(shown.size() - 1, shown.get(0));
        }
        return new NewView(truth.view(), shown, reproposals);
    }
}
