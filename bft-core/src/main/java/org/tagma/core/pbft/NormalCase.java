package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftEvidence;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;

/**
 * The normal case (PBFT 4.2): pre-prepare, prepare, commit, for many sequence numbers at once, and handing what is
 * committed to execution in order.
 */
final class NormalCase {

    /**
     * How many empty batches may be under way while the primary fills and nobody asks for anything: one after the
     * other, each with a sync at a quorum, they would take as long as real ones, and a thousand may be needed. But
     * they are not more than lie between two checkpoints, else backups get some before their window reaches there.
     * While clients ask for something there are as many as batches of theirs: so these have half of what the group
     * can do.
     */
    private static final int FILL_DEPTH = 16;

    /** Clients ask for something as long as so many pipelines of proposals at most were empty since they last did. */
    private static final int ASKED_LATELY = 4;

    private final PbftState state;
    private final BatchFetcher batchFetcher;
    /**
     * The primary proposes empty batches up to here, to bring a checkpoint about; see {@link CatchUp}, {@link
     * WindowRoom}.
     */
    private long fillUpTo;

    /** The last proposal with something in it, while the primary fills. */
    private long lastAsked = Integer.MIN_VALUE;

    NormalCase(PbftState state, BatchFetcher batchFetcher) {
        this.state = state;
        this.batchFetcher = batchFetcher;
    }

    /**
     * Proposes what waits, as far as the pipeline and the window let it, and then empty batches, which do not count
     * against the pipeline: what a replica that forgot, or a liar, brings about must not keep clients waiting.
     */
    void propose() {
        boolean asked = true;
        while (asked && mayPropose()) {
            asked = proposeRequests();
        }
        while (state.nextSequence <= fillUpTo && mayFill()) {
            propose(Batch.of(state.nowMillis, List.of()));
        }
    }

    private boolean proposeRequests() {
        long room = state.room.inInterval(state.nextSequence);
        long untilStable = state.room.toPropose();
        List<Request> requests = state.pool
                .turns()
                .nextBatch(state.config.maxBatchRequests(), state.config.maxBatchBytes(), Math.min(room, untilStable));
        if (state.pool.turns().isHeldUp() && room <= untilStable) {
            // It has room after the next checkpoint.
            fill(state.room.endOfInterval(state.nextSequence));
        }
        if (requests.isEmpty()) {
            return false;
        }
        lastAsked = state.nextSequence;
        propose(Batch.of(state.nowMillis, requests));
        return true;
    }

    private boolean mayPropose() {
        return state.pool.turns().hasProposable()
                && mayLead()
                && underWay() - emptyUnderWay() < state.config.pipelineDepth();
    }

    private boolean mayFill() {
        int pipeline = state.config.pipelineDepth();
        boolean isAsked = state.nextSequence - lastAsked <= ASKED_LATELY * pipeline;
        int alone = Math.min(FILL_DEPTH, state.config.checkpointInterval());
        int depth = isAsked ? pipeline : Math.max(pipeline, alone);
        return mayLead() && emptyUnderWay() < depth;
    }

    private boolean mayLead() {
        return state.normal
                && state.isPrimary()
                && !state.isRecovering()
                && !state.installing
                && state.nextSequence <= state.stable.sequence() + state.config.proposalWindow();
    }

    private long underWay() {
        return state.nextSequence - 1 - state.lastCommitted;
    }

    private long emptyUnderWay() {
        return state.slots.tailMap(state.lastCommitted, false).values().stream()
                .filter(slot -> slot.isEmptyIn(state.view))
                .count();
    }

    private void propose(Batch batch) {
        long sequence = state.nextSequence++;
        Slot slot = state.slot(sequence);
        slot.addBody(batch);
        state.accept(slot, batch.digest());
        state.reserve(sequence);
        state.ledger.cast(VoteLedger.Phase.PREPARE, state.view, sequence, batch.digest());
        state.emit(new Action.Persist(new PbftRecord.PrePrepared(state.view, sequence, batch)));
        state.broadcast(new PrePrepare(state.view, sequence, batch));
    }

    /** Lets the primary propose empty batches up to this sequence number. */
    void fill(long upTo) {
        fillUpTo = Math.max(fillUpTo, upTo);
    }

    PbftVerdict onPrePrepare(int sender, PrePrepare message) {
        PbftVerdict verdict = PbftValidator.prePrepare(state, sender, message);
        if (!verdict.isAccepted()) {
            return verdict;
        }
        if (!hasRoomFor(message)) {
            return PbftVerdict.NO_ROOM;
        }
        Slot slot = state.slot(message.sequence());
        Digest digest = message.batch().digest();
        Optional<Digest> proposed = slot.proposed(state.view).or(() -> state.carriedOver(message.sequence()));
        if (proposed.isPresent() && !proposed.get().equals(digest)) {
            state.reportEvidence(
                    sender, new PbftEvidence.TwoProposals(state.view, message.sequence(), proposed.get(), digest));
            state.suspect("the primary proposed two batches for sequence " + message.sequence());
            return PbftVerdict.CONFLICTING;
        }
        if (slot.committed().isPresent() && !slot.committed().get().equals(digest)) {
            return PbftVerdict.CONFLICTING;
        }
        slot.prepare(sender, state.view, digest);
        if (slot.accepted(state.view).isEmpty()) {
            slot.addBody(message.batch());
            acceptOrKeepAside(slot, message.batch());
        }
        advance(slot);
        deliver();
        return PbftVerdict.ACCEPT;
    }

    /**
     * Nobody votes for a request that may be forged. What a new view carries over has been checked: f+1 replicas
     * entered it into Q, and one of them is correct; to refuse it would wedge the view. So has what is committed.
     */
    private void acceptOrKeepAside(Slot slot, Batch batch) {
        boolean isChecked = state.carriedOver(slot.sequence()).isPresent()
                || slot.committed().isPresent();
        TreeSet<Digest> missing = isChecked ? new TreeSet<>() : missing(slot, batch);
        if (missing.isEmpty()) {
            state.accept(slot, batch.digest());
            voteFor(slot.sequence(), batch);
        } else {
            slot.keepAside(state.view, batch.digest(), missing);
            state.send(state.primary(), new Unchecked(state.view, slot.sequence(), batch.digest()));
            takeIfVouchedFor(slot);
        }
    }

    private TreeSet<Digest> missing(Slot slot, Batch batch) {
        TreeSet<Digest> missing = new TreeSet<>();
        batch.requests().stream()
                .filter(request -> request.proof() == RequestProof.UNCHECKED && !state.pool.holds(request))
                .forEach(request -> missing.add(request.digest()));
        return slot.stillMissing(state.view, batch.digest(), missing);
    }

    /**
     * f+1 replicas, the primary counted, prepared what is kept aside here: one of them is correct, and the first
     * correct one that voted for it in this view had checked it.
     */
    private void takeIfVouchedFor(Slot slot) {
        slot.aside(state.view)
                .filter(digest -> slot.prepareCount(state.view, digest) >= state.quorums.weak())
                .ifPresent(digest -> takeAside(slot, digest));
    }

    private void takeAside(Slot slot, Digest digest) {
        Batch batch = slot.body(digest).orElseThrow();
        state.accept(slot, digest);
        voteFor(slot.sequence(), batch);
        advance(slot);
    }

    /** A request is authentic here, and may be what a proposal that is kept aside lacks. */
    void authenticated(Request request) {
        List<Slot> completed = new ArrayList<>();
        for (Slot slot : state.slots.tailMap(state.lastCommitted, false).values()) {
            if (state.normal && slot.isCompletedBy(state.view, request.digest())) {
                completed.add(slot);
            }
        }
        completed.forEach(slot -> takeAside(slot, slot.aside(state.view).orElseThrow()));
    }

    /** What was proposed in this view has its body here; a second proposal beside it is not kept, but looked at. */
    private boolean hasRoomFor(PrePrepare message) {
        Optional<Slot> slot = state.existingSlot(message.sequence());
        return slot.flatMap(known -> known.proposed(state.view)).isPresent()
                || slot.flatMap(known -> known.body(message.batch().digest())).isPresent()
                || state.room.forProposal(message.sequence(), state.room.weight(message.batch()));
    }

    private void voteFor(long sequence, Batch batch) {
        if (state.ledger.remembers(sequence)) {
            state.reserve(sequence);
            state.emit(new Action.Persist(new PbftRecord.PrePrepared(state.view, sequence, batch)));
            votePrepare(sequence, batch.digest());
        }
    }

    /**
     * The primary sent this replica no proposal where f+1 have committed to one: it is taken from those, so that whom a
     * primary leaves out is not late by more than a message's delay and a fetch. One of them is correct; it took the
     * proposal from the primary, checked it, and saw that no other can prepare in this view.
     */
    void takeFromOthers(Slot slot) {
        Optional<Digest> vouched = slot.vouchedFor(state.view, state.quorums.weak());
        if (!state.normal
                || vouched.isEmpty()
                || slot.accepted(state.view).isPresent()
                || slot.sequence() < state.firstFresh()
                || slot.committed().isPresent()) {
            return;
        }
        Optional<Batch> body = slot.body(vouched.get());
        if (body.isEmpty()) {
            batchFetcher.want(slot.sequence(), vouched.get());
            return;
        }
        state.accept(slot, vouched.get());
        voteFor(slot.sequence(), body.get());
        advance(slot);
    }

    /**
     * A new view carries this over (TOCS 4.5.2): the slot is agreed on once more, whether or not it was before;
     * but not before its body is here, for who votes must be able to give it to others.
     */
    void repropose(long sequence, Digest digest) {
        Slot slot = state.slot(sequence);
        if (slot.body(digest).isEmpty()) {
            batchFetcher.want(sequence, digest);
            return;
        }
        state.accept(slot, digest);
        slot.prepare(state.primary(), state.view, digest);
        if (state.ledger.remembers(sequence)) {
            state.reserve(sequence);
            state.emit(new Action.Persist(new PbftRecord.Reproposed(state.view, sequence, digest)));
            if (state.isPrimary()) {
                state.ledger.cast(VoteLedger.Phase.PREPARE, state.view, sequence, digest);
            } else {
                votePrepare(sequence, digest);
            }
        }
        advance(slot);
    }

    private void votePrepare(long sequence, Digest digest) {
        if (!state.isPrimary()) {
            state.ledger.cast(VoteLedger.Phase.PREPARE, state.view, sequence, digest);
            state.broadcast(new Prepare(state.view, sequence, digest));
        }
    }

    PbftVerdict onPrepare(int sender, Prepare message) {
        PbftVerdict verdict = PbftValidator.prepare(state, sender, message);
        if (verdict.isAccepted()) {
            Slot slot = state.slot(message.sequence());
            verdict = slot.prepare(sender, message.view(), message.digest());
            if (verdict.isAccepted()) {
                takeIfVouchedFor(slot);
                advance(slot);
                suspectEquivocation(slot);
            }
        }
        return verdict;
    }

    /** f+1 replicas prepared something else than what the primary sent here: it told us different things. */
    private void suspectEquivocation(Slot slot) {
        Optional<Digest> proposed = slot.proposed(state.view);
        if (state.normal
                && proposed.isPresent()
                && slot.largestConflict(state.view, proposed.get()) >= state.quorums.weak()) {
            state.reportEvidence(
                    state.primary(), new PbftEvidence.DifferentProposals(state.view, slot.sequence(), proposed.get()));
            state.suspect("the primary sent different batches for sequence " + slot.sequence());
        }
    }

    PbftVerdict onCommit(int sender, Commit message) {
        PbftVerdict verdict = PbftValidator.commit(state, message);
        if (verdict.isAccepted()) {
            Slot slot = state.slot(message.sequence());
            verdict = slot.commit(sender, message.view(), message.digest());
            if (verdict.isAccepted()) {
                takeFromOthers(slot);
            }
            if (verdict.isAccepted()
                    && slot.commitCount(message.view(), message.digest()) >= state.quorums.certificate()) {
                learnCommitted(slot, message.digest());
            }
        }
        return verdict;
    }

    /** Goes from pre-prepared to prepared, once a quorum has prepared what was accepted here (PBFT 4.2). */
    private void advance(Slot slot) {
        Optional<Digest> accepted = slot.accepted(state.view);
        if (!state.normal || accepted.isEmpty() || slot.isPrepared(state.view)) {
            return;
        }
        Digest digest = accepted.get();
        if (slot.prepareCount(state.view, digest) >= state.quorums.certificate()) {
            slot.setPrepared(state.view, digest);
            if (state.ledger.remembers(slot.sequence())) {
                state.ledger.cast(VoteLedger.Phase.COMMIT, state.view, slot.sequence(), digest);
                state.emit(new Action.Persist(new PbftRecord.Prepared(state.view, slot.sequence(), digest)));
                state.broadcast(new Commit(state.view, slot.sequence(), digest));
            }
        }
    }

    /** A quorum of commits, or f+1 replicas that say they committed it: one of those is correct. */
    void learnCommitted(Slot slot, Digest digest) {
        slot.setCommitted(digest);
        if (slot.body(digest).isEmpty()) {
            batchFetcher.want(slot.sequence(), digest);
        }
        deliver();
    }

    /** Hands on what is committed, in order, as far as the bodies are here. */
    void deliver() {
        while (!state.installing) {
            long sequence = state.lastCommitted + 1;
            Optional<Slot> slot = state.existingSlot(sequence);
            Optional<Batch> batch = slot.flatMap(Slot::committedBody);
            if (batch.isEmpty()) {
                return;
            }
            // Whoever counts its reply counts on it to show no earlier state, in any incarnation.
            state.reserve(sequence);
            state.lastCommitted = sequence;
            state.lastCommitMillis = state.nowMillis;
            state.lastCommitTick = state.tick;
            state.emit(new Action.Commit(sequence, batch.get()));
            if (sequence % state.config.checkpointInterval() == 0) {
                state.emit(new Action.TakeCheckpoint(sequence));
            }
            judge(slot.get(), batch.get());
        }
    }

    /** What a committed batch tells of the primary's pace and the network's. */
    private void judge(Slot slot, Batch batch) {
        state.pace.committed(batch);
        state.pool.committed(batch.requests());
        if (slot.acceptedAtTick() >= 0) {
            state.timeouts.committedAfter(state.tick - slot.acceptedAtTick());
        }
        if (slot.acceptedAtTick() >= state.enteredAtTick) {
            state.timeouts.committedInOneViewAfter(state.tick - slot.acceptedAtTick());
        }
        if (state.normal && !batch.requests().isEmpty()) {
            state.timeouts.served(state.tick);
        }
    }
}
