package org.tagma.core.protocol;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;

/** What a protocol wants done. Actions are performed in the order given. */
public sealed interface Action {

    /** Authenticate a message and send it to one other replica. */
    record Send(int to, Message message) implements Action {}

    /**
     * Authenticate a message and give it to every replica, this one included: it comes back as an {@link
     * Event.MessageReceived}, so a replica's own vote counts, like any other, only once it is durable.
     */
    record Broadcast(Message message) implements Action {}

    /** Send somebody's message on, byte for byte. */
    record Forward(int to, Authenticated<?> message) implements Action {}

    /** Send a client's request on to another replica, byte for byte. */
    record Relay(int to, Request request) implements Action {}

    /** Make a record durable. A barrier: nothing after it leaves, and no loop-back arrives, before it is. */
    record Persist(LogRecord record) implements Action {}

    /**
     * What was decided so far need not wait for the records that are decided next: it may leave now, if no record is
     * waiting to be made durable already. Whoever performs the actions may ignore this; it only saves time.
     */
    record FlushBeforeSync() implements Action {}

    /** Records up to and including this sequence number are no longer needed. */
    record Truncate(long sequence) implements Action {}

    /** Start a timer, anew if it runs already. */
    record SetTimer(TimerId timer, long delayMillis) implements Action {}

    /** Stop a timer, if it runs. */
    record CancelTimer(TimerId timer) implements Action {}

    /** Execute a batch. Sequence numbers come without a gap, each once, except after {@link InstallState}. */
    record Commit(long sequence, Batch batch) implements Action {}

    /** Digest and keep the state as of {@code sequence}, the last one committed; answered by CheckpointTaken. */
    record TakeCheckpoint(long sequence) implements Action {}

    /** Kept states below this sequence number can go. */
    record ReleaseCheckpoints(long below) implements Action {}

    /**
     * Replace the state; answered by StateInstalled. Commits given earlier and not yet executed are dropped.
     *
     * @param tree the part of the state that is a Merkle tree, if there is one
     */
    record InstallState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree)
            implements Action {}

    /** Answer a replica's question about a kept state. */
    record ServeState(int to, org.tagma.core.protocol.TransferMessage.Question question) implements Action {}

    /** Answer a duplicate from the reply cache, if the reply is there. */
    record ResendReply(Request request) implements Action {}

    /** Tell a client that its request was refused for now, and change nothing. */
    record Refuse(Request request, Refusal reason) implements Action {}

    /**
     * Tell a client that its request was not taken because no signature proves it to others.
     *
     * @param forMillis how long its new requests need signatures here, as far as is known
     */
    record AskSignature(Request request, long forMillis) implements Action {}

    /**
     * A read may be answered from the state as it is here and now.
     *
     * @param id of {@link Event.ReadReceived}
     * @param sequence the state has executed everything up to here, or more
     */
    record ReadReady(long id, long sequence) implements Action {}

    /** A read cannot be answered here for now: try another replica, or again. */
    record RefuseRead(long id) implements Action {}

    /**
     * Answers an operator's request.
     *
     * @param id of the request
     * @param done whether it was carried out
     * @param text what happened, or why it was not
     */
    record AnswerOperator(long id, boolean done, String text) implements Action {}

    /** Something in the protocol that an operator should see in one line. */
    record Announce(String text) implements Action {}

    /** A message was refused: nothing changed, but somebody should count it. */
    record Reject(int sender, Rejection reason) implements Action {}

    /** A replica was seen to misbehave. */
    record ReportEvidence(int replica, Evidence evidence) implements Action {}

    /** This replica cannot go on correctly: stop serving, and say why. */
    record Halt(HaltReason reason) implements Action {}

    /** Why a request was refused without being ordered. */
    enum Refusal {
        /** The replica has as many pending requests as it may have; try again later. */
        OVERLOADED,
        /** The number lies too far ahead of what was executed. */
        OUT_OF_WINDOW,
        /** Nobody is known to lead now; try again later, or elsewhere. */
        NO_LEADER
    }
}
