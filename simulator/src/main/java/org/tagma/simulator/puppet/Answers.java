package org.tagma.simulator.puppet;

import com.google.protobuf.ByteString;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferMessage;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.ManifestAnswer;
import org.tagma.core.service.TransferMessage.Question;

/** What can be said to those who fetch a state. */
final class Answers {

    private Answers() {}

    static Answer right(Props props, Question question) {
        if (question instanceof FetchManifest) {
            return new ManifestAnswer(
                    question.sequence(), props.manifest(question.sequence()).encode());
        }
        int index = question instanceof FetchChunk chunk ? chunk.index() : 0;
        return new ChunkAnswer(question.sequence(), index, chunk(props.state(question.sequence()), index));
    }

    private static ByteString chunk(ByteString state, int index) {
        int start = Math.min(state.size(), index * SnapshotManifest.CHUNK_BYTES);
        return state.substring(start, Math.min(state.size(), start + SnapshotManifest.CHUNK_BYTES));
    }

    /** Of the same length, so that nothing but its digest gives it away. */
    static Answer wrong(Props props, Question question) {
        TransferMessage.Answer right = right(props, question);
        if (right instanceof ManifestAnswer manifest) {
            ByteString other = props.state(question.sequence()).concat(ByteString.copyFromUtf8("?"));
            return new ManifestAnswer(
                    manifest.sequence(), SnapshotManifest.of(other).encode());
        }
        ChunkAnswer chunk = (ChunkAnswer) right;
        byte[] bytes = chunk.chunk().toByteArray();
        if (bytes.length > 0) {
            bytes[bytes.length - 1] ^= 1;
        }
        return new ChunkAnswer(chunk.sequence(), chunk.index(), ByteString.copyFrom(bytes));
    }
}
