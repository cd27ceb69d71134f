package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Sends the others as much as it can make, all of it new and well authenticated: votes, and votes for checkpoints,
 * which cost
 * a signature each.
 */
final class Flood implements Misbehaviour {

    private final Situation situation;
    private final int messagesAMilli;
    private long saidMillis;

    Flood(Situation situation, int messagesAMilli) {
        this.situation = situation;
        this.messagesAMilli = messagesAMilli;
        this.saidMillis = situation.nowMicros().getAsLong() / 1000;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        long nowMillis = situation.nowMicros().getAsLong() / 1000;
        List<Action> all = new ArrayList<>(actions);
        for (long due = Math.min(100, nowMillis - saidMillis) * messagesAMilli; due > 0; due--) {
            long sequence = situation.random().nextLong(1, 1 << 20);
            Digest digest = situation.madeUpDigest();
            all.add(new Action.Send(
                    situation.anyOther(),
                    situation.chance(0.5) ? new Checkpoint(sequence, digest) : new Commit(0, sequence, digest)));
        }
        saidMillis = nowMillis;
        return all;
    }
}
