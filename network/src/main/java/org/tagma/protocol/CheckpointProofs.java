package org.tagma.protocol;

import java.util.Optional;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Message;

/** How a protocol proves its checkpoints. Stateless, thread-safe. */
public interface CheckpointProofs {

    /** The type number of the message in which the proof is kept and sent. */
    int type();

    /** What such a message shows; empty of any other message. */
    Optional<Certificate> in(Message message);

    /** How many different replicas must have signed the vote. */
    int votesNeeded(Quorums quorums);
}
