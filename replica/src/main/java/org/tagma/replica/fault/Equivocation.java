package org.tagma.replica.fault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;

/**
 * The primary tells two stories: at one (view, sequence) the lower half of the other replicas, and its own protocol, get
 * one batch, the upper half another, made of the same real requests with another time and in another order. Each half
 * alone is too small to commit, so the group must change the view, and must carry over at most one of the two.
 */
final class Equivocation implements FaultyProtocol.Fault {

    private final int self;
    private final int replicas;

    Equivocation(int self, int replicas) {
        this.self = self;
        this.replicas = replicas;
    }

    @Override
    public List<Action> apply(Event event, List<Action> actions) {
        List<Action> changed = new ArrayList<>();
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast && isProposal(broadcast.message())) {
                for (int to = 0; to < replicas; to++) {
                    changed.add(new Action.Send(to, story((PrePrepare) broadcast.message(), to)));
                }
            } else if (action instanceof Action.Send send && isProposal(send.message())) {
                changed.add(new Action.Send(send.to(), story((PrePrepare) send.message(), send.to())));
            } else {
                changed.add(action);
            }
        }
        return changed;
    }

    private static boolean isProposal(Object message) {
        return message instanceof PrePrepare prePrepare && !prePrepare.batch().isNull();
    }

    private PrePrepare story(PrePrepare truth, int to) {
        if (to == self || rankAmongOthers(to) < (replicas - 1) / 2) {
            return truth;
        }
        List<Request> reversed = new ArrayList<>(truth.batch().requests());
        Collections.reverse(reversed);
        Batch other = Batch.of(truth.batch().timeMillis() + 1, reversed);
        return new PrePrepare(truth.view(), truth.sequence(), other);
    }

    private int rankAmongOthers(int replica) {
        return replica < self ? replica : replica - 1;
    }
}
