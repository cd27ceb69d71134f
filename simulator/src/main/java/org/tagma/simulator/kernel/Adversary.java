package org.tagma.simulator.kernel;

import org.tagma.core.protocol.Message;

/**
 * The scheduler of an asynchronous network: it sees every message between replicas and where every replica stands, and
 * says which messages are still on their way. It can neither lose nor change nor invent any: what it holds back arrives
 * when its receiver has gone on to a later view or term, and everything else at the network's usual pace.
 */
@FunctionalInterface
public interface Adversary {

    /** A message that the adversary has nothing against. */
    long HARMLESS = -1;

    /** The view (PBFT) or term (Raft) in which this message could help a decision, or {@link #HARMLESS}. */
    long decisiveIn(Message message);
}
