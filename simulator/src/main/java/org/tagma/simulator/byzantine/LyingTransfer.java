package org.tagma.simulator.byzantine;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePath;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Situation;

/**
 * Answers those who fetch a state with another one, or not at all. Of a tree it gives the top as it is now
 * and then, to be asked for more, and then nothing, another part, a part as it was once, or one from which the most is
 * left out. And it asks for more than anybody need give.
 */
final class LyingTransfer implements Misbehaviour {

    private static final int KEPT_TREES = 4;
    private static final int QUESTIONS = 40;

    /** So little of a part is given whole that all which can be left out is. */
    private static final int AS_LITTLE_AS_CAN_BE = 1;

    private final Situation situation;
    private final TreeMap<Long, MerkleTree> trees = new TreeMap<>();

    LyingTransfer(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        if (event instanceof Event.CheckpointTaken taken && taken.tree().isPresent()) {
            trees.put(taken.sequence(), taken.tree().get());
            if (trees.size() > KEPT_TREES) {
                trees.pollFirstEntry();
            }
        }
        List<Action> changed = new ArrayList<>(actions.size());
        if (event instanceof Event.TimerFired && !trees.isEmpty() && situation.chance(0.05)) {
            askWithoutEnd(changed);
        }
        for (Action action : actions) {
            if (action instanceof Action.ServeState serve && !isBait(serve)) {
                if (situation.chance(0.7)) {
                    changed.add(new Action.Send(serve.to(), lie(serve.question())));
                }
            } else {
                changed.add(action);
            }
        }
        return changed;
    }

    /** For more than anybody gives within a tick, of states that nobody has. */
    private void askWithoutEnd(List<Action> changed) {
        int whom = situation.anyOther();
        for (int i = 0; i < QUESTIONS; i++) {
            changed.add(new Action.Send(whom, new FetchManifest(trees.lastKey(), situation.madeUpDigest())));
        }
    }

    /** Who lies about what comes first is asked for nothing more. */
    private boolean isBait(Action.ServeState serve) {
        if (trees.isEmpty() || serve.to() == situation.self()) {
            return !trees.isEmpty();
        }
        boolean isPart =
                serve.question() instanceof FetchPiece piece && piece.path().bits() > 0;
        return situation.chance(isPart ? 0.3 : 0.7);
    }

    private TransferMessage.Answer lie(TransferMessage.Question question) {
        ByteString garbage = situation.madeUpDigest().bytes();
        if (question instanceof FetchPiece piece) {
            return new PieceAnswer(
                    piece.sequence(), piece.path(), falsePiece(piece).orElse(garbage));
        }
        return question instanceof FetchChunk chunk
                ? new ChunkAnswer(chunk.sequence(), chunk.index(), garbage)
                : new ManifestAnswer(question.sequence(), garbage);
    }

    private Optional<ByteString> falsePiece(FetchPiece asked) {
        try {
            MerkleTree tree = trees.get(asked.sequence());
            if (tree == null) {
                return Optional.empty();
            }
            Map.Entry<Long, MerkleTree> earlier = trees.lowerEntry(asked.sequence());
            return switch (situation.random().nextInt(6)) {
                case 0 ->
                    Optional.ofNullable(earlier)
                            .flatMap(each -> each.getValue().piece(asked.path(), asked.maxWholeBytes()));
                case 1 -> tree.piece(asked.path(), AS_LITTLE_AS_CAN_BE);
                case 2 -> tree.piece(asked.path(), asked.maxWholeBytes()).map(this::damaged);
                case 3 -> tree.piece(NodePath.ROOT, asked.maxWholeBytes());
                case 4 ->
                    tree.piece(asked.path(), asked.maxWholeBytes())
                            .map(piece -> piece.substring(0, situation.random().nextInt(piece.size())));
                default -> Optional.empty();
            };
        } catch (UnreadableStateError released) {
            return Optional.empty();
        }
    }

    private ByteString damaged(ByteString piece) {
        byte[] bytes = piece.toByteArray();
        bytes[situation.random().nextInt(bytes.length)] ^=
                1 << situation.random().nextInt(Byte.SIZE);
        return ByteString.copyFrom(bytes);
    }
}
