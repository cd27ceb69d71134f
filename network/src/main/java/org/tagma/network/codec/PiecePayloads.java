package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.state.NodePath;
import org.tagma.core.state.StatePiece;
import org.tagma.core.state.TreeAssembler;
import org.tagma.network.wire.FetchPiecePayload;
import org.tagma.network.wire.PieceAnswerPayload;
import org.tagma.network.wire.TreePathPart;
import org.tagma.protocol.InvalidMessageException;

/** The two messages that carry parts of a Merkle tree. */
final class PiecePayloads {

    /** The longest piece: one entry, or some hundred nodes, or entries of so many bytes in all. */
    static final int MAX_PIECE_BYTES = TreeAssembler.MAX_WHOLE_BYTES + StatePiece.MAX_LEAF_BYTES;

    private static final StrictParser<FetchPiecePayload> FETCH_PIECE = new StrictParser<>(FetchPiecePayload.parser());
    private static final StrictParser<PieceAnswerPayload> PIECE_ANSWER =
            new StrictParser<>(PieceAnswerPayload.parser());

    private PiecePayloads() {}

    static MessageLite encode(FetchPiece fetch) {
        return FetchPiecePayload.newBuilder()
                .setSequence(fetch.sequence())
                .setStateDigest(fetch.stateDigest().bytes())
                .setPath(path(fetch.path()))
                .setMaxWholeBytes(fetch.maxWholeBytes())
                .build();
    }

    static MessageLite encode(PieceAnswer answer) {
        return PieceAnswerPayload.newBuilder()
                .setSequence(answer.sequence())
                .setPath(path(answer.path()))
                .setPiece(answer.piece())
                .build();
    }

    private static TreePathPart path(NodePath path) {
        return TreePathPart.newBuilder()
                .setPrefix(path.prefix())
                .setBits(path.bits())
                .build();
    }

    static FetchPiece fetchPiece(ByteString bytes) throws InvalidMessageException {
        FetchPiecePayload payload = FETCH_PIECE.parse(bytes);
        int maxWholeBytes =
                Checks.atMost("bytes of a piece", payload.getMaxWholeBytes(), TreeAssembler.MAX_WHOLE_BYTES);
        if (maxWholeBytes < 1) {
            throw Checks.badValue("a piece without bytes");
        }
        Checks.present("path", payload.hasPath());
        return new FetchPiece(
                Checks.counter("sequence", payload.getSequence()),
                Checks.digest(payload.getStateDigest()),
                path(payload.getPath()),
                maxWholeBytes);
    }

    static PieceAnswer pieceAnswer(ByteString bytes) throws InvalidMessageException {
        PieceAnswerPayload payload = PIECE_ANSWER.parse(bytes);
        Checks.present("path", payload.hasPath());
        return new PieceAnswer(
                Checks.counter("sequence", payload.getSequence()),
                path(payload.getPath()),
                Checks.sizeAtMost("bytes of a piece", payload.getPiece(), MAX_PIECE_BYTES));
    }

    private static NodePath path(TreePathPart part) throws InvalidMessageException {
        return NodePath.of(part.getPrefix(), part.getBits())
                .orElseThrow(() -> Checks.badValue("no path: " + part.getBits() + " bits and "
                        + part.getPrefix().size() + " bytes"));
    }
}
