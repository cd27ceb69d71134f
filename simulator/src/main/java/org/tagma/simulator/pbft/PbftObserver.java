package org.tagma.simulator.pbft;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.ReplicaContext;
import org.tagma.simulator.properties.PerReplica;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * Follows a run of PBFT: no correct replica contradicts itself, takes anything for certified that is not, says what it
 * may forget, or lets a refused message change it. Not thread-safe.
 */
public final class PbftObserver implements ProtocolObserver {

    private final Violations violations;
    private final Quorums quorums;
    private final VoteChecker votes;
    private final CertificateChecker certificates;
    private final DurabilityChecker durability;
    private final RefusalChecker refusals;
    private final WellFormed wellFormed;
    private final PerReplica<DeliveredVotes> delivered;
    private long highestView;

    /**
     * An observer that has seen nothing.
     *
     * @param config of the replicas, whichever of them
     */
    public PbftObserver(Violations violations, ReplicaContext config) {
        this.violations = violations;
        this.quorums = config.quorums();
        this.votes = new VoteChecker(violations);
        this.certificates = new CertificateChecker(violations, quorums);
        this.durability = new DurabilityChecker(violations);
        this.refusals = new RefusalChecker(violations, config.sizes().logWindow());
        // Worked out here and not asked for, since the thresholds are under test like everything else.
        int quorum = (quorums.replicas() + quorums.faults()) / 2 + 1;
        this.wellFormed = new WellFormed(quorums.replicas(), quorum, config.sizes().checkpointInterval(), config.sizes().logWindow());
        this.delivered = new PerReplica<>(id -> new DeliveredVotes(wellFormed));
    }

    @Override
    public void stepping(int replica, Event event) {
        certificates.isCorrect(replica);
        if (event instanceof Event.Recovered recovered) {
            durability.recovers(replica, recovered.log().records());
            delivered.of(replica).recovers(replica, recovered.log());
        }
        if (event instanceof Event.MessageReceived received) {
            Authenticated<?> signed = received.message();
            delivered.of(replica).delivered(signed.sender(), signed.message());
        }
    }

    @Override
    public boolean comparesStates(Event event) {
        return refusals.samples(event);
    }

    @Override
    public void stepped(int replica, Event event, List<Action> actions) {
        refusals.reacted(replica, event, actions);
    }

    @Override
    public void compared(int replica, Event event, List<Action> actions, long hashBefore, LongSupplier hashAfter) {
        refusals.compared(replica, event, actions, hashBefore, hashAfter);
    }

    @Override
    public void decided(int replica, Action action) {
        if (action instanceof Action.Broadcast broadcast) {
            certificates.says(replica, broadcast.message());
        } else if (action instanceof Action.Send send) {
            certificates.says(replica, send.message());
        } else if (action instanceof Action.Commit commit) {
            certificates.delivers(replica, commit.sequence(), commit.batch().digest());
            expect(
                    delivered
                            .of(replica)
                            .isCommitted(commit.sequence(), commit.batch().digest(), quorums.faults() + 1),
                    replica,
                    "executes sequence " + commit.sequence() + " without the votes that it takes");
        } else if (action instanceof Action.TakeCheckpoint checkpoint) {
            refusals.isAtCheckpoint(checkpoint.sequence());
        } else if (action instanceof Action.Persist persist) {
            persists(replica, delivered.of(replica), persist.record());
        }
    }

    private void persists(int replica, DeliveredVotes votesGiven, LogRecord record) {
        durability.persists(replica, record);
        if (record instanceof PbftRecord.Stable stable) {
            certificates.stabilizes(replica, stable.certificate());
            refusals.isAtCheckpoint(stable.certificate().sequence());
            votesGiven.truncate(stable.certificate().sequence());
        } else if (record instanceof PbftRecord.Prepared prepared) {
            expect(
                    votesGiven.isPrepared(prepared.sequence(), prepared.view(), prepared.digest()),
                    replica,
                    "takes sequence " + prepared.sequence() + " for prepared without the votes that it takes");
        } else if (record instanceof PbftRecord.Entered entered) {
            refusals.leftFor(entered.view());
            certificates.enters(replica, entered.newView().message());
            votesGiven.enters(entered.newView().message());
            expect(
                    wellFormed.newView(entered.newView().message()),
                    replica,
                    "enters view " + entered.view() + " by a new view that is not well formed");
        } else if (record instanceof PbftRecord.LeftFor left) {
            leaves(replica, left.view());
        }
    }

    private void expect(boolean certified, int replica, String otherwise) {
        if (!certified) {
            violations.report(PbftProperties.CERTIFICATES, "replica " + replica + " " + otherwise);
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
        refusals.leftFor(view);
    }

    @Override
    public void durable(int replica) {
        durability.durable(replica);
    }

    @Override
    public void left(int replica, int to, Message message) {
        votes.left(replica, message);
        durability.left(replica, message);
        if (message instanceof PbftMessage.Commit commit) {
            certificates.left(replica, commit);
        }
    }
}
