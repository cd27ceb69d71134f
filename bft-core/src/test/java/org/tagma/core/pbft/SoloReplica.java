package org.tagma.core.pbft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/** One replica of a group of four that hears only what the test says, its own votes included. */
final class SoloReplica {

    static final long TIME_MILLIS = 1_000_000;

    final PbftProtocol protocol;
    final List<Action> actions = new ArrayList<>();
    private int copies;

    SoloReplica(int id) {
        this(id, Event.RecoveredLog.empty());
    }

    SoloReplica(int id, Event.RecoveredLog log) {
        this(PbftConfig.forTests(id, 4), log);
    }

    SoloReplica(PbftConfig config) {
        this(config, Event.RecoveredLog.empty());
    }

    private SoloReplica(PbftConfig config, Event.RecoveredLog log) {
        protocol = new PbftProtocol(config);
        step(new Event.Recovered(log));
        step(new Event.QueueDrained(TIME_MILLIS));
    }

    static Batch emptyBatch(long timeMillis) {
        return Batch.of(timeMillis, List.of());
    }

    PbftMessage.PrePrepare proposal(long sequence) {
        return new PbftMessage.PrePrepare(0, sequence, emptyBatch(TIME_MILLIS));
    }

    List<Action> step(Event event) {
        List<Action> decided = protocol.step(event);
        actions.addAll(decided);
        return decided;
    }

    /** Receives a message, each time in another encoding, and says for what reasons it was refused. */
    List<String> receive(int sender, Message message) {
        ByteString encoding = ByteString.copyFromUtf8("encoding " + copies++);
        return step(new Event.MessageReceived(new Authenticated<>(sender, message, encoding, encoding))).stream()
                .filter(action -> action instanceof Action.Reject)
                .map(action -> ((Action.Reject) action).reason().name())
                .toList();
    }

    /** What it broadcast of this type. */
    List<Message> sent(Class<? extends Message> type) {
        return actions.stream()
                .filter(action -> action instanceof Action.Broadcast)
                .map(action -> ((Action.Broadcast) action).message())
                .filter(type::isInstance)
                .toList();
    }

    /** What it wrote to its log. */
    List<LogRecord> persisted() {
        return actions.stream()
                .filter(action -> action instanceof Action.Persist)
                .map(action -> ((Action.Persist) action).record())
                .toList();
    }
}
