package org.tagma.simulator.pbft;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.ReplicaContext;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * Follows a run of PBFT: no correct replica contradicts itself, takes anything for certified that is not, or keeps what
 * is far away. Not thread-safe.
 */
final class PbftObserver implements ProtocolObserver {

    private final Violations violations;
    private final VoteChecker votes;
    private final CertificateChecker certificates;
    private final WindowChecker window;
    private long highestView;

    /**
     * An observer that has seen nothing.
     *
     * @param config of the replicas, whichever of them
     */
    PbftObserver(Violations violations, ReplicaContext config) {
        this.violations = violations;
        this.votes = new VoteChecker(violations);
        this.certificates = new CertificateChecker(violations, config.quorums());
        this.window = new WindowChecker(violations, config.sizes().logWindow());
    }

    @Override
    public void stepping(int replica, Event event) {
        certificates.isCorrect(replica);
    }

    @Override
    public void stepped(int replica, Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received) {
            window.reacted(replica, received.message().message(), actions);
        }
    }

    @Override
    public void decided(int replica, Action action) {
        if (action instanceof Action.Broadcast broadcast) {
            certificates.says(replica, broadcast.message());
        } else if (action instanceof Action.Send send) {
            certificates.says(replica, send.message());
        } else if (action instanceof Action.Commit commit) {
            certificates.delivers(replica, commit.sequence(), commit.batch().digest());
        } else if (action instanceof Action.TakeCheckpoint checkpoint) {
            window.isAtCheckpoint(checkpoint.sequence());
        } else if (action instanceof Action.Persist persist) {
            persists(replica, persist.record());
        }
    }

    private void persists(int replica, LogRecord record) {
        if (record instanceof PbftRecord.Stable stable) {
            certificates.stabilizes(replica, stable.certificate());
            window.isAtCheckpoint(stable.certificate().sequence());
        } else if (record instanceof PbftRecord.Entered entered) {
            window.leftFor(entered.view());
            certificates.enters(replica, entered.newView().message());
        } else if (record instanceof PbftRecord.LeftFor left) {
            leaves(replica, left.view());
        }
    }

    /** A correct replica wants the next view, or joins f+1 others, of which one is correct (PBFT 4.5.2). */
    private void leaves(int replica, long view) {
        if (view > highestView + 1 && certificates.isWithinBound()) {
            violations.report(
                    PbftProperties.CERTIFICATES,
                    "replica " + replica + " leaves for view " + view + ", where no correct replica was beyond "
                            + highestView);
        }
        highestView = Math.max(highestView, view);
        window.leftFor(view);
    }

    @Override
    public void left(int replica, int to, Message message) {
        votes.left(replica, message);
        if (message instanceof PbftMessage.Commit commit) {
            certificates.left(replica, commit);
        }
    }
}
