package org.tagma.core.protocol;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.state.NodePath;

/** How replicas hand each other a checkpointed state, in pieces that are each checked against its certified digest. */
public sealed interface TransferMessage extends Message {

    /** Asked by the replica that lags. */
    sealed interface Question extends TransferMessage {
        /** Which checkpoint. */
        long sequence();
    }

    /** Given by the replica that has the state. */
    sealed interface Answer extends TransferMessage {
        /** Which checkpoint. */
        long sequence();
    }

    /** Asks for the list of chunk digests of a checkpoint. */
    record FetchManifest(long sequence, Digest stateDigest) implements Question {}

    /** Asks for one chunk of a checkpoint. */
    record FetchChunk(long sequence, Digest stateDigest, int index) implements Question {}

    /** The manifest: its SHA-256 is the state digest. */
    record ManifestAnswer(long sequence, ByteString manifest) implements Answer {}

    /** One chunk: its SHA-256 stands in the manifest. */
    record ChunkAnswer(long sequence, int index, ByteString chunk) implements Answer {}

    /**
     * Asks for a part of the Merkle tree of a checkpoint.
     *
     * @param path where the part is
     * @param maxWholeBytes up to how many bytes of keys and values it is to be whole, 1 to {@link
     *     org.tagma.core.state.TreeAssembler#MAX_WHOLE_BYTES}
     */
    record FetchPiece(long sequence, Digest stateDigest, NodePath path, int maxWholeBytes) implements Question {}

    /** A part of the Merkle tree: its digest stands in the part above it, or in the manifest. */
    record PieceAnswer(long sequence, NodePath path, ByteString piece) implements Answer {}
}
