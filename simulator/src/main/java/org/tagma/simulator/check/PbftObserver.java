package org.tagma.simulator.check;

import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftMessage;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/**
 * Follows a run of PBFT: no correct replica contradicts itself, takes anything for certified that is not, says what it
 * may forget, or lets a refused message change it. Not thread-safe.
 */
public final class PbftObserver implements ProtocolObserver {

    private final Findings findings;
    private final Quorums quorums;
    private final VoteChecker votes;
    private final CertificateChecker certificates;
    private final DurabilityChecker durability;
    private final RefusalChecker refusals;
    private final JudgementChecker judgements;
    private final WellFormed wellFormed;
    private final PerReplica<Watched> watched;
    private final PbftConfig config;
    private long highestView;

    /** What follows one replica. */
    private static final class Watched {
        final DeliveredVotes delivered;
        final OpeningChecker opening;
        /** For a life that remembers everything, else null. */
        StepRules steps;

        /** For another life, else null. */
        ForgottenVotes forgotten;

        Watched(DeliveredVotes delivered, OpeningChecker opening) {
            this.delivered = delivered;
            this.opening = opening;
        }
    }

    /**
     * An observer that has seen nothing.
     *
     * @param config of the replicas, whichever of them
     */
    public PbftObserver(Findings findings, PbftConfig config) {
        this.findings = findings;
        this.config = config;
        this.quorums = config.quorums();
        this.votes = new VoteChecker(findings);
        this.certificates = new CertificateChecker(findings, quorums);
        this.durability = new DurabilityChecker(findings);
        this.refusals = new RefusalChecker(findings, config.logWindow());
        // Worked out here and not asked for, since the thresholds are under test like everything else.
        int quorum = (quorums.replicas() + quorums.faults()) / 2 + 1;
        this.wellFormed = new WellFormed(quorums.replicas(), quorum, config.checkpointInterval(), config.logWindow());
        this.judgements = new JudgementChecker(findings, wellFormed);
        this.watched = new PerReplica<>(id -> new Watched(
                new DeliveredVotes(wellFormed), new OpeningChecker(findings, wellFormed, quorums.faults() + 1, id)));
    }

    @Override
    public void stepping(int replica, Event event) {
        certificates.isCorrect(replica);
        if (event instanceof Event.Recovered recovered) {
            begins(replica, recovered.log());
        }
        Watched it = watched.of(replica);
        judgements.stepping(replica, event, it.steps == null ? Optional.empty() : it.steps.objection(event));
        if (it.steps != null) {
            it.steps.begins(event);
        } else if (it.forgotten != null) {
            it.forgotten.begins(event);
        }
        if (event instanceof Event.MessageReceived received) {
            Authenticated<?> signed = received.message();
            it.delivered.delivered(judgements.standing(replica).stable(), signed.sender(), signed.message());
        }
    }

    private void begins(int replica, Event.RecoveredLog log) {
        durability.recovers(replica, log.records());
        Watched it = watched.of(replica);
        it.delivered.recovers(replica, log);
        boolean remembers = Standing.remembersEverything(log);
        it.steps = remembers ? new StepRules(findings, config, wellFormed, replica, log.records()) : null;
        it.forgotten =
                remembers ? null : new ForgottenVotes(new Complaints(findings, replica), config, wellFormed, log);
    }

    @Override
    public void ends(int replica, Event event, List<Action> actions) {
        Watched it = watched.of(replica);
        if (it.steps != null) {
            it.steps.ends(event, actions);
        } else if (it.forgotten != null) {
            it.forgotten.ends(event, actions);
        }
        if (event instanceof Event.Recovered recovered) {
            RestartRule.complaint(recovered.log(), actions).ifPresent(new Complaints(findings, replica)::of);
        }
    }

    @Override
    public boolean comparesStates(Event event) {
        // The one that counts must be asked in any case.
        return refusals.samples(event) | judgements.compares();
    }

    @Override
    public void stepped(int replica, Event event, List<Action> actions) {
        refusals.reacted(replica, event, actions);
        judgements.stepped(replica, actions);
        if (!judgements.objects()) {
            watched.of(replica).opening.stepped(judgements.standing(replica), event, actions);
        }
    }

    @Override
    public void compared(int replica, Event event, List<Action> actions, long hashBefore, LongSupplier hashAfter) {
        refusals.compared(replica, event, actions, hashBefore, hashAfter);
        judgements.compared(replica, event, actions, hashBefore, hashAfter);
    }

    @Override
    public void decided(int replica, Action action) {
        Watched it = watched.of(replica);
        judgements.decided(replica, action);
        if (action instanceof Action.Broadcast broadcast) {
            certificates.says(replica, broadcast.message());
        } else if (action instanceof Action.Send send) {
            certificates.says(replica, send.message());
        } else if (action instanceof Action.Commit commit) {
            certificates.delivers(replica, commit.sequence(), commit.batch().digest());
            expect(
                    it.delivered.isCommitted(commit.sequence(), commit.batch().digest(), quorums.faults() + 1),
                    replica,
                    "executes sequence " + commit.sequence() + " without the votes that it takes");
        } else if (action instanceof Action.TakeCheckpoint checkpoint) {
            refusals.isAtCheckpoint(checkpoint.sequence());
        } else if (action instanceof Action.Persist persist) {
            persists(replica, it.delivered, persist.record());
        }
        if (it.steps != null) {
            it.steps.decides(action);
        } else if (it.forgotten != null) {
            it.forgotten.decides(action);
        }
    }

    private void persists(int replica, DeliveredVotes delivered, LogRecord record) {
        durability.persists(replica, record);
        if (record instanceof PbftRecord.Stable stable) {
            certificates.stabilizes(replica, stable.certificate());
            refusals.isAtCheckpoint(stable.certificate().sequence());
            delivered.truncate(stable.certificate().sequence());
        } else if (record instanceof PbftRecord.Prepared prepared) {
            expect(
                    delivered.isPrepared(prepared.sequence(), prepared.view(), prepared.digest()),
                    replica,
                    "takes sequence " + prepared.sequence() + " for prepared without the votes that it takes");
        } else if (record instanceof PbftRecord.Entered entered) {
            refusals.leftFor(entered.view());
            certificates.enters(replica, entered.newView().message());
            delivered.enters(entered.newView().message());
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
            findings.report(Property.CERTIFICATES, "replica " + replica + " " + otherwise);
        }
    }

    /** A correct replica wants the next view, or joins f+1 others, of which one is correct (PBFT 4.5.2). */
    private void leaves(int replica, long view) {
        if (view > highestView + 1 && certificates.isWithinBound()) {
            findings.report(
                    Property.CERTIFICATES,
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
