package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.TransferMessage;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.ManifestAnswer;
import org.tagma.core.service.TransferMessage.PieceAnswer;

/** Answers those who fetch a state or a batch with another one, or not at all. */
final class LyingTransfer implements Misbehaviour {

    private final Situation situation;

    LyingTransfer(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        List<Action> changed = new ArrayList<>(actions.size());
        for (Action action : actions) {
            if (action instanceof Action.ServeState serve) {
                if (situation.chance(0.7)) {
                    changed.add(new Action.Send(serve.to(), lie(serve.question())));
                }
            } else {
                changed.add(action);
            }
        }
        return Outgoing.retell(
                situation.replicas(),
                changed,
                BatchBody.class::isInstance,
                (to, message) -> List.of(new BatchBody(((BatchBody) message).sequence(), Batch.of(1, List.of()))));
    }

    private TransferMessage.Answer lie(TransferMessage.Question question) {
        ByteString garbage = situation.madeUpDigest().bytes();
        if (question instanceof FetchPiece piece) {
            return new PieceAnswer(piece.sequence(), piece.path(), garbage);
        }
        return question instanceof FetchChunk chunk
                ? new ChunkAnswer(chunk.sequence(), chunk.index(), garbage)
                : new ManifestAnswer(question.sequence(), garbage);
    }
}
