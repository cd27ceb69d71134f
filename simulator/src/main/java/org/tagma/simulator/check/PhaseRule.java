package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/**
 * The three phases (PBFT 4.2): a replica prepares what its primary proposes, commits what a quorum prepared, and executes what
 * a quorum committed, each as soon as it can; it blames and leaves a primary that contradicts itself. Not thread-safe.
 */
final class PhaseRule implements StepRule {

    private final Complaints complaints;
    private final Mirror mirror;
    /** What it must accept, or null. */
    private PrePrepare mustPrepare;
    /** Why it must leave, or null. */
    private String mustLeave;

    private boolean mustBlame;
    private final List<Long> touched = new ArrayList<>();

    PhaseRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void begins(Event event) {
        mustPrepare = null;
        mustLeave = null;
        touched.clear();
        if (event instanceof Event.MessageReceived received) {
            hears(received.message());
        }
    }

    private void hears(Authenticated<?> signed) {
        int sender = signed.sender();
        if (signed.message() instanceof PrePrepare proposal) {
            hears(sender, proposal);
        } else if (signed.message() instanceof Prepare vote) {
            boolean counts = vote.view() >= mirror.view
                    && mirror.inWindow(vote.sequence())
                    && sender != mirror.wellFormed.primary(vote.view());
            if (counts && mirror.slot(vote.sequence()).prepare(sender, vote.view(), vote.digest())) {
                touched.add(vote.sequence());
                expectSuspicion(vote.sequence());
            }
        } else if (signed.message() instanceof Commit vote && mirror.inWindow(vote.sequence())) {
            SlotMirror slot = mirror.slot(vote.sequence());
            if (slot.commit(sender, vote.view(), vote.digest())
                    && slot.committers(vote.view(), vote.digest()) >= mirror.wellFormed.quorum()) {
                slot.committed(vote.digest());
            }
        } else if (signed.message() instanceof Committed said
                && said.sequence() > mirror.lastCommitted
                && mirror.inWindow(said.sequence())) {
            SlotMirror slot = mirror.slot(said.sequence());
            slot.attest(sender, said.digest());
            if (slot.attesters(said.digest()) >= mirror.weak) {
                slot.committed(said.digest());
            }
        }
    }

    private void hears(int sender, PrePrepare proposal) {
        boolean fits = mirror.normal
                && proposal.view() == mirror.view
                && sender == mirror.wellFormed.primary(mirror.view)
                && mirror.inWindow(proposal.sequence())
                && proposal.sequence() > mirror.viewStart
                && !proposal.batch().isNull()
                && (sender == mirror.self
                        || Proposals.objection(mirror, proposal.batch()).isEmpty());
        if (!fits) {
            return;
        }
        Digest digest = proposal.batch().digest();
        SlotMirror slot = mirror.slot(proposal.sequence());
        Optional<Digest> accepted = slot.accepted(mirror.view).or(() -> mirror.carriedOver(proposal.sequence()));
        if (accepted.isPresent() && !accepted.get().equals(digest)) {
            mustLeave = "its primary proposed two batches for sequence " + proposal.sequence();
            mustBlame = mirror.isFreeToBlame(sender);
        } else if (slot.committed().map(digest::equals).orElse(true)) {
            slot.has(proposal.batch());
            slot.prepare(sender, mirror.view, digest);
            touched.add(proposal.sequence());
            mustPrepare = slot.accepted(mirror.view).isEmpty() ? proposal : null;
        }
    }

    /** f+1 replicas prepared something else than what is accepted here, so the primary told two stories. */
    private void expectSuspicion(long sequence) {
        Optional<Digest> accepted = mirror.accepted(sequence);
        if (mirror.normal
                && accepted.isPresent()
                && mirror.slot(sequence).largestConflict(mirror.view, accepted.get()) >= mirror.weak) {
            mustLeave = "its primary sent different batches for sequence " + sequence;
            mustBlame = mirror.isFreeToBlame(mirror.wellFormed.primary(mirror.view));
        }
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof PrePrepare proposal) {
            proposes(proposal);
        } else if (action instanceof Action.Commit commit && mirror.installing) {
            complaints.of("executes sequence " + commit.sequence() + " while a state is installed");
        } else if (action instanceof Action.Commit commit && !isInLog(commit)) {
            complaints.of("executes sequence " + commit.sequence() + ", whose batch is not in its log");
        } else if (action instanceof Action.ReportEvidence evidence && !mirror.isFreeToBlame(evidence.replica())) {
            complaints.of("blames replica " + evidence.replica() + " more than once in a status interval");
        }
    }

    /** Who starts again must know how far it may have executed, and have what it says is committed. Who forgot its votes logs less. */
    private boolean isInLog(Action.Commit commit) {
        SlotMirror slot = mirror.slots.get(commit.sequence());
        return mirror.mayRestate
                || slot == null
                || slot.hasWritten(commit.batch().digest());
    }

    private void proposes(PrePrepare proposal) {
        if (mirror.installing) {
            complaints.of("proposes while a state is installed");
        }
        if (Proposals.isTooLarge(mirror.config, proposal.batch())) {
            complaints.of("proposes a batch of " + proposal.batch().requests().size() + " requests and "
                    + Proposals.bytes(proposal.batch()) + " bytes");
        }
        if (!mirror.normal || proposal.view() != mirror.view || !mirror.isPrimary()) {
            complaints.of("proposes in view " + proposal.view() + ", which is not its to do");
        }
        if (mirror.carriedOver(proposal.sequence()).isPresent() || proposal.sequence() <= mirror.viewStart) {
            complaints.of("proposes for sequence " + proposal.sequence() + ", which its new view has decided");
        }
        if (proposal.sequence() <= mirror.committedAtEntry) {
            complaints.of("proposes for sequence " + proposal.sequence() + ", where it had executed up to "
                    + mirror.committedAtEntry + " before it entered its view");
        }
        if (proposal.sequence() > mirror.lastCommitted + mirror.config.pipelineDepth()) {
            complaints.of("proposes for sequence " + proposal.sequence() + ", where it committed up to "
                    + mirror.lastCommitted + " and may be " + mirror.config.pipelineDepth() + " ahead");
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (mirror.halted) {
            return;
        }
        if (mustPrepare != null) {
            expectPrepared(mustPrepare.sequence(), mustPrepare.batch());
        }
        if (mustLeave != null) {
            if (!mirror.leaves) {
                complaints.of("stays in view " + mirror.view + ", though " + mustLeave);
            }
            if (mustBlame && !mirror.blames) {
                complaints.of("blames nobody, though " + mustLeave);
            }
        } else if (isProposalOrPrepare(event)) {
            expectNoSuspicion();
        }
        if ((mirror.enters || mirror.stabilizes) && mirror.normal) {
            mirror.carriedOver.forEach(this::expectCarriedOver);
        }
        for (long sequence : touched) {
            expectCommitVote(sequence);
        }
        for (Action action : actions) {
            expectSaid(action, actions);
        }
        if (mirror.delivers || isAboutNext(event)) {
            expectDelivered();
        }
    }

    private static boolean isProposalOrPrepare(Event event) {
        return event instanceof Event.MessageReceived received
                && (received.message().message() instanceof PrePrepare
                        || received.message().message() instanceof Prepare);
    }

    /** Nothing that it was told contradicts what it accepted. */
    private void expectNoSuspicion() {
        if (mirror.leaves && mirror.normalBefore && mirror.wantedByOthers() != mirror.view) {
            complaints.of("leaves view " + mirror.viewBefore + ", whose primary has told one story");
        }
        if (mirror.blames) {
            complaints.of("blames the primary of view " + mirror.viewBefore + ", which has told one story");
        }
    }

    private void expectPrepared(long sequence, Batch batch) {
        if (!mirror.accepted(sequence).equals(Optional.of(batch.digest())) && !mirror.leaves) {
            complaints.of("does not accept the proposal for sequence " + sequence + " in view " + mirror.view);
        }
    }

    private void expectCarriedOver(Reproposal each) {
        if (mirror.inWindow(each.sequence())) {
            touched.add(each.sequence());
            if (!mirror.accepted(each.sequence()).equals(Optional.of(each.digest()))) {
                complaints.of("does not take over " + each + " from the new view " + mirror.view);
            }
        }
    }

    private void expectCommitVote(long sequence) {
        Optional<Digest> accepted = mirror.normal ? mirror.accepted(sequence) : Optional.empty();
        if (accepted.isPresent()
                && mirror.inWindow(sequence)
                && !mirror.slot(sequence).isPrepared(mirror.view)
                && mirror.slot(sequence).preparers(mirror.view, accepted.get()) >= mirror.wellFormed.quorum()) {
            complaints.of("has a prepared certificate for sequence " + sequence + " in view " + mirror.view
                    + ", and does not commit");
        }
    }

    /** What is written before a vote is written in order to cast it. */
    private void expectSaid(Action action, List<Action> actions) {
        if (!(action instanceof Action.Persist persist)) {
            return;
        }
        if (persist.record() instanceof PbftRecord.Prepared vote) {
            expect(new Commit(vote.view(), vote.sequence(), vote.digest()), actions);
        } else if (persist.record() instanceof PbftRecord.PrePrepared vote) {
            boolean primary = mirror.wellFormed.primary(vote.view()) == mirror.self;
            expect(
                    primary
                            ? new PrePrepare(vote.view(), vote.sequence(), vote.batch())
                            : new Prepare(
                                    vote.view(), vote.sequence(), vote.batch().digest()),
                    actions);
        } else if (persist.record() instanceof PbftRecord.Reproposed vote
                && mirror.wellFormed.primary(vote.view()) != mirror.self) {
            expect(new Prepare(vote.view(), vote.sequence(), vote.digest()), actions);
        }
    }

    private void expect(Message vote, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast
                    && broadcast.message().equals(vote)) {
                return;
            }
        }
        complaints.of("does not say what it wrote down: " + vote);
    }

    private boolean isAboutNext(Event event) {
        if (!(event instanceof Event.MessageReceived received)) {
            return false;
        }
        Message message = received.message().message();
        long next = mirror.lastCommitted + 1;
        return (message instanceof PrePrepare proposal && proposal.sequence() == next)
                || (message instanceof Commit vote && vote.sequence() == next)
                || (message instanceof Committed said && said.sequence() == next)
                || (message instanceof BatchBody body && body.sequence() == next);
    }

    private void expectDelivered() {
        SlotMirror next = mirror.slots.get(mirror.lastCommitted + 1);
        if (next != null
                && !mirror.installing
                && next.committed().map(next::surelyHas).orElse(false)) {
            complaints.of("does not execute sequence " + next.sequence() + ", which is committed there");
        }
    }
}
