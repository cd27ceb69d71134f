package org.tagma.replica.execution;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.state.MerkleTree;

/**
 * The state machine's side of a replica. Calls take effect in the order they were made; what they result in comes back
 * to the engine as events, at once or later, and as frames, which leave at a later flush.
 */
public interface Execution {

    /** Executes a batch and answers its clients; reports {@link org.tagma.core.protocol.Event.Executed}. */
    void commit(long sequence, Batch batch);

    /** Digests and keeps the state as of {@code sequence}; reports CheckpointTaken. */
    void takeCheckpoint(long sequence);

    /** Forgets kept states below this sequence number. */
    void releaseCheckpoints(long below);

    /** Replaces the state and drops the commits not yet executed; reports StateInstalled. */
    void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree);

    /**
     * Answers a replica's question about a kept state, if the answer is known. A replica that asks itself gets the
     * answer as an event, like a message.
     */
    void serveState(int to, TransferMessage.Question question);

    /** Sends the cached reply to a duplicate, if it is still cached. */
    void resendReply(Request request);

    /** Answers a read that asked the protocol from which state on it may be answered: from the state as it is now. */
    void answerRead(long id, long sequence);

    /** Tells a client that its read cannot be answered here for now. */
    void refuseRead(long id);

    /** Passes on what the protocol says to an operator's request. */
    void answerOperator(long id, boolean done, String text);

    /**
     * Tells where the protocol stands now.
     *
     * @param view goes into replies
     * @param primary goes into replies, so that clients learn who leads; -1 if nobody is known to
     * @param serving whether queries may be answered from this replica's state
     */
    void onStatusChanged(long view, int primary, boolean serving);
}
