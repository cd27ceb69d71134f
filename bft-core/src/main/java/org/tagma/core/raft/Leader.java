package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;

/** What a replica does while it leads: proposes, replicates, commits, and gives up when no quorum hears it. */
final class Leader {

    private final RaftState state;
    private final Snapshots snapshots;
    private final Replication replication;
    private final LeadershipTransfer transfer;
    private final LeaderReads reads;
    private final MembershipChange change;
    private long startedAtTick;

    Leader(RaftState state, Snapshots snapshots, ReadQueue queue) {
        this.state = state;
        this.snapshots = snapshots;
        this.replication = new Replication(state);
        this.transfer = new LeadershipTransfer(state, replication);
        this.reads = new LeaderReads(state, replication, transfer, queue);
        this.change = new MembershipChange(state, replication, transfer, entry -> append(List.of(entry)));
    }

    Replication replication() {
        return replication;
    }

    LeadershipTransfer transfer() {
        return transfer;
    }

    LeaderReads reads() {
        return reads;
    }

    MembershipChange change() {
        return change;
    }

    /** Won the election of this term. */
    void start() {
        state.role = RaftState.Role.LEADER;
        state.leader = state.self;
        startedAtTick = state.tick;
        state.announce("leader of term " + state.term());
        replication.start();
        transfer.start();
        List<Request> inTheLog = new ArrayList<>();
        state.log
                .after(state.lastExecuted)
                .forEach(entry -> inTheLog.addAll(entry.batch().requests()));
        state.pool.restartProposals(inTheLog);
        append(List.of(new Entry.NoOp(state.log.lastIndex() + 1, state.term())));
    }

    /** Leads no longer; what waits here is somebody else's to answer. */
    void stop() {
        state.restartElectionTimer();
        replication.stop();
        transfer.stop();
        reads.stop();
        change.stop();
    }

    /** Proposes what waits, as far as the pipeline and the window let it, and tells of what was committed. */
    void propose() {
        List<Entry> proposed = new ArrayList<>();
        long bytes = state.unexecutedBytes(state.log.lastIndex());
        while (mayPropose(proposed.size(), bytes)) {
            long index = state.log.lastIndex() + proposed.size() + 1;
            List<Request> requests =
                    state.pool.nextBatch(state.config.maxBatchRequests(), state.config.maxBatchBytes());
            Entry entry = new Entry.Requests(index, state.term(), Batch.of(state.nowMillis, requests));
            proposed.add(entry);
            bytes += entry.size();
        }
        long next = state.log.lastIndex() + proposed.size() + 1;
        if (next <= Math.min(replication.highestFence(), state.windowEnd()) && !transfer.isActive()) {
            // Nobody submits anything, and a follower that forgot waits for this entry.
            proposed.add(new Entry.NoOp(next, state.term()));
        }
        if (!proposed.isEmpty()) {
            append(proposed);
        }
        replication.tellCommit();
    }

    private boolean mayPropose(int proposed, long unexecutedBytes) {
        long last = state.log.lastIndex() + proposed;
        return !transfer.isActive()
                && state.hasRoomAfter(last, unexecutedBytes)
                && last - state.commitIndex < state.config.pipelineDepth()
                && state.pool.hasProposable();
    }

    /**
     * Appends to the log. The sends come before the records, so that whoever performs the actions may write its own log
     * while the entries travel (dissertation 10.2.1); the leader counts itself only when its own answer comes back,
     * which is after its records are durable.
     */
    private void append(List<Entry> entries) {
        entries.forEach(state::append);
        replication.syncMembers();
        replication.sendToAll();
        state.emit(new Action.FlushBeforeSync());
        state.persist(entries);
        state.send(state.self, new AppendEntriesReply(state.term(), 0, true, state.log.lastIndex(), 0, 0, false));
    }

    RaftVerdict onReply(int sender, AppendEntriesReply message) {
        if (sender == state.self) {
            replication.ownLogIsDurable(message.index());
        } else {
            RaftVerdict verdict = replication.onReply(sender, message);
            if (!verdict.isAccepted()) {
                return verdict;
            }
        }
        advanceCommit();
        reads.onRoundAnswered();
        transfer.proceed();
        change.proceed();
        return RaftVerdict.ACCEPT;
    }

    /** A follower that forgot asks for an entry that is made from now on: see {@link AmnesiaRecovery}. */
    RaftVerdict onEstimationQuery(int sender, EstimationQuery query) {
        Progress progress = replication.progress(sender);
        if (progress == null) {
            return RaftVerdict.UNEXPECTED;
        }
        progress.forgot(state.log.lastIndex() + 1);
        state.send(sender, new EstimationReply(query.nonce(), state.term(), progress.fence));
        return RaftVerdict.ACCEPT;
    }

    private void advanceCommit() {
        long stored = replication.storedOnQuorum();
        // Raft 5.4.2, Figure 8: an entry of an earlier term is never committed by counting, only by one of this term
        // after it.
        if (stored > state.commitIndex && state.log.term(stored) == state.term()) {
            state.committed(stored);
            snapshots.deliver();
        }
    }

    /** A follower has no state to begin from, though its log would do. */
    void onRequestSnapshot(int sender) {
        if (state.snapshot.index() > 0) {
            state.send(sender, new InstallSnapshot(state.term(), state.snapshot));
        }
    }

    void onTick() {
        long led = state.tick - startedAtTick;
        if (!replication.hearsQuorum()) {
            // Check-quorum: clients should find another leader, if there is one (dissertation 6.2).
            state.announce("no quorum of followers was heard from in an election timeout");
            state.follow(state.term(), RaftState.NOBODY);
            state.refuseWaiting();
            return;
        }
        if (led % state.config.heartbeatTicks() == 0) {
            reads.beginRound();
            replication.repeatOffers();
        }
        transfer.onTick();
        change.onTick();
    }

    long stateHash() {
        return replication.stateHash() * 31 + change.stateHash();
    }
}
