package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/** Floods the others with valid messages of views and sequence numbers that are far away. */
final class HugeNumbers implements Misbehaviour {

    private static final int MESSAGES_A_TICK = 6;

    private final Situation situation;

    HugeNumbers(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (!(event instanceof Event.TimerFired)) {
            return actions;
        }
        List<Action> all = new ArrayList<>(actions);
        for (int i = 0; i < MESSAGES_A_TICK; i++) {
            all.add(new Action.Send(situation.anyOther(), farAway()));
        }
        return all;
    }

    private long huge() {
        return situation.chance(0.5)
                ? 1L << (10 + situation.random().nextInt(51))
                : situation.random().nextInt(1, 200);
    }

    private Message farAway() {
        Digest digest = situation.madeUpDigest();
        return switch (situation.random().nextInt(7)) {
            case 0 -> new Prepare(huge(), huge(), digest);
            case 1 -> new Commit(huge(), huge(), digest);
            case 2 -> new PrePrepare(huge(), huge(), Batch.of(0, List.of()));
            case 3 ->
                new Status(
                        huge(),
                        situation.chance(0.5),
                        huge(),
                        huge(),
                        situation.chance(0.5) ? huge() : 0,
                        situation.chance(0.5));
            case 4 -> new Committed(huge(), digest);
            case 5 -> new FetchBatch(huge(), digest);
            default -> new ViewChange(huge(), CheckpointCertificate.GENESIS, List.of(), List.of());
        };
    }
}
