package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;

/**
 * A primary opens its view, learns of a stable checkpoint above where the view starts, and is restarted before it
 * enters the view. The others repeat its new view to it while it takes the state of that checkpoint from its own store.
 */
class RestartedPrimaryTest {

    private static final int PRIMARY = 1;
    private static final PbftConfig CONFIG = PbftConfig.forTests(PRIMARY, 4);
    private static final int INTERVAL = CONFIG.checkpointInterval();
    private static final Digest STATE = Digest.of(ByteString.copyFromUtf8("state"));

    private final PbftProtocol primary = new PbftProtocol(CONFIG);

    @Test
    void itProposesNothingBelowItsCheckpointAndGoesOnAboveIt() {
        ViewChange left = new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), List.of());
        primary.step(new Event.Recovered(new Event.RecoveredLog(
                List.of(
                        new PbftRecord.Reservation(1, 0),
                        new PbftRecord.LeftFor(1, left),
                        new PbftRecord.Stable(certificate())),
                Event.LogIntegrity.COMPLETE)));
        primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS));
        List<Authenticated<ViewChange>> shown =
                Stream.of(0, 2, 3).map(id -> from(id, left)).toList();
        primary.step(new Event.MessageReceived(from(PRIMARY, new NewView(1, shown, List.of()))));
        primary.step(new Event.RequestReceived(request(), -1));

        assertThat(proposals(primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS))))
                .isEmpty();
        primary.step(new Event.StateInstalled(INTERVAL, STATE, List.of(), Optional.empty()));
        primary.step(new Event.RequestReceived(request(), -1));
        assertThat(proposals(primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS))))
                .containsExactly(INTERVAL + 1L);
    }

    private static List<Long> proposals(List<Action> actions) {
        return actions.stream()
                .filter(action -> action instanceof Action.Broadcast)
                .map(action -> ((Action.Broadcast) action).message())
                .filter(PrePrepare.class::isInstance)
                .map(message -> ((PrePrepare) message).sequence())
                .toList();
    }

    private static CheckpointCertificate certificate() {
        Checkpoint vote = new Checkpoint(INTERVAL, STATE);
        return new CheckpointCertificate(
                INTERVAL, STATE, Stream.of(0, 2, 3).map(id -> from(id, vote)).toList());
    }

    private static <M extends Message> Authenticated<M> from(int sender, M message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    private static Request request() {
        ByteString payload = ByteString.copyFromUtf8("request");
        return Request.of(new SessionId(7, 1), 1, RetrySemantics.EXACTLY_ONCE, payload, payload, ByteString.EMPTY);
    }
}
