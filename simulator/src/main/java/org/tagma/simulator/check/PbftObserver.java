package org.tagma.simulator.check;

import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Message;

/** Follows a run of PBFT: no correct replica contradicts itself. Not thread-safe. */
public final class PbftObserver implements ProtocolObserver {

    private final VoteChecker votes;
    private final Quorums quorums;

    /** An observer that has seen nothing. */
    public PbftObserver(Findings findings, Quorums quorums) {
        this.votes = new VoteChecker(findings);
        this.quorums = quorums;
    }

    @Override
    public void left(int replica, int to, Message message) {
        votes.left(replica, message);
    }

    @Override
    public boolean isMember(int replica) {
        return replica < quorums.replicas();
    }

    @Override
    public boolean canProgress(IntPredicate takesPart) {
        return IntStream.range(0, quorums.replicas()).filter(takesPart).count()
                >= quorums.replicas() - quorums.faults();
    }
}
