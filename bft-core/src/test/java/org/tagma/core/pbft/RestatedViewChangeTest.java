package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Event;

/**
 * A replica says one thing of what prepared and pre-prepared in it when it leaves for a view, however late that comes
 * back to it.
 */
class RestatedViewChangeTest {

    private static final int INTERVAL = PbftConfig.forTests(0, 4).checkpointInterval();

    @Test
    void aCheckpointThatIsStableBeforeItsViewChangeComesBackDoesNotMakeItSayAnother() {
        SoloReplica replica = new SoloReplica(3);
        Digest state = Digest.of(ByteString.copyFromUtf8("state"));
        execute(replica, INTERVAL);
        replica.step(new Event.CheckpointTaken(INTERVAL, state));
        ViewChange others = new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), List.of());
        replica.receive(0, others);
        replica.receive(1, others);
        assertThat(replica.sent(ViewChange.class)).hasSize(1);

        // All of this may be in the queue already while its own view change waits for the disk.
        IntStream.range(0, 3).forEach(id -> replica.receive(id, new Checkpoint(INTERVAL, state)));
        assertThat(replica.protocol.status().stableCheckpoint()).isEqualTo(INTERVAL);
        replica.step(new Event.TimerFired(PbftTimer.TICK));

        assertThat(replica.sent(ViewChange.class)).hasSize(1);
    }

    private static void execute(SoloReplica replica, int upTo) {
        for (int sequence = 1; sequence <= upTo; sequence++) {
            PbftMessage.PrePrepare proposal = replica.proposal(sequence);
            replica.receive(0, proposal);
            for (int id = 0; id < 3; id++) {
                replica.receive(
                        id, new PbftMessage.Commit(0, sequence, proposal.batch().digest()));
            }
        }
    }
}
