package org.tagma.protocol;

import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;

/**
 * What proves a checkpoint to anybody who has the cluster file. Immutable.
 *
 * @param sequence of the checkpoint
 * @param stateDigest of its state
 * @param vote what each of the votes must say
 * @param votes signed by replicas
 */
public record Certificate(long sequence, Digest stateDigest, Message vote, List<Authenticated<?>> votes) {
    public Certificate {
        votes = List.copyOf(votes);
    }
}
