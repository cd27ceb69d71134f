package org.tagma.core.service;

import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.state.NodePath;

/** A part of a state that can be asked for: the manifest, the chunk with an index, the piece of the tree at a path. */
record TransferPart(Kind kind, int index, NodePath path) implements Comparable<TransferPart> {

    enum Kind {
        MANIFEST,
        CHUNK,
        PIECE
    }

    static final TransferPart MANIFEST = new TransferPart(Kind.MANIFEST, 0, NodePath.ROOT);

    static TransferPart chunk(int index) {
        return new TransferPart(Kind.CHUNK, index, NodePath.ROOT);
    }

    static TransferPart piece(NodePath path) {
        return new TransferPart(Kind.PIECE, 0, path);
    }

    static TransferPart of(Answer answer) {
        if (answer instanceof ChunkAnswer chunk) {
            return chunk(chunk.index());
        }
        return answer instanceof PieceAnswer piece ? piece(piece.path()) : MANIFEST;
    }

    @Override
    public int compareTo(TransferPart other) {
        int order = kind.compareTo(other.kind);
        order = order != 0 ? order : Integer.compare(index, other.index);
        return order != 0 ? order : path.compareTo(other.path);
    }
}
