package org.tagma.core.raft;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.core.service.FetchOutcome;
import org.tagma.core.service.ServingBudget;
import org.tagma.core.service.StateFetcher;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;

/** Hands what is committed to execution, takes snapshots on the way, compacts the log, and fetches states (Raft 7). */
final class Snapshots {

    private final RaftState state;
    private final StateFetcher fetcher;
    private final ServingBudget serving = new ServingBudget();

    /** What the leader said last of its own state, and who said it. */
    private SnapshotMeta told;

    private int toldBy;

    /** What is being fetched or installed. */
    private SnapshotMeta wanted;

    private boolean installing;

    /** It has said that the state does not fit here; the next one may. */
    private boolean saidTooLarge;

    /** The last index at which a snapshot was asked for, or installed. */
    private long snapshotDueAfter;

    Snapshots(RaftState state, Optional<NodeStore> store) {
        this.state = state;
        this.fetcher = new StateFetcher(state.config.transfer(), store);
    }

    boolean isFetching() {
        return fetcher.isActive() || installing;
    }

    /**
     * Hands on what is committed, in order. Of several snapshots that are due on the way only the last is taken: each
     * is a state that is kept until it is said to be there.
     */
    void deliver() {
        long due = state.stateMissing ? 0 : lastDue();
        while (!state.stateMissing && state.delivered < state.commitIndex) {
            long index = ++state.delivered;
            state.emit(new Action.Commit(index, state.log.get(index).batch()));
            if (index == due) {
                state.emit(new Action.TakeCheckpoint(index));
            }
        }
    }

    /** By numbers, or by bytes: so the log is short, and light, however large the entries are. */
    private long lastDue() {
        long due = 0;
        for (long index = state.delivered + 1; index <= state.commitIndex; index++) {
            if (index % state.config.checkpointInterval() == 0
                    || state.log.bytes(snapshotDueAfter + 1, index)
                            >= state.config.memory().checkpointBytes()) {
                snapshotDueAfter = index;
                due = index;
            }
        }
        return due;
    }

    // Taking

    /** This replica's own state, as of its newest snapshot: what is the same in a later one is not fetched. */
    void have(Optional<MerkleTree> newest) {
        fetcher.have(newest);
    }

    /** This replica has a state of its own making: the log up to there can go, but for a tail. */
    void onTaken(Event.CheckpointTaken taken) {
        long index = taken.sequence();
        if (index <= state.snapshot.index()) {
            return;
        }
        long released = state.snapshot.index();
        keep(
                new SnapshotMeta(index, state.log.term(index), taken.stateDigest(), state.memberships.at(index)),
                taken.stateBytes());
        compare();
        long compactTo = state.log.tailBelow(index, state.config.logTail(), state.config.tailBytes());
        state.log.compact(compactTo);
        state.memberships.compact(compactTo);
        state.emit(new Action.Truncate(compactTo));
        // The one before stays for a follower that is fetching it.
        state.emit(new Action.ReleaseCheckpoints(released));
    }

    private void keep(SnapshotMeta snapshot, long stateBytes) {
        state.previousSnapshot = state.snapshot;
        state.snapshot = snapshot;
        state.snapshotBytes = stateBytes;
        state.emit(new Action.Persist(new RaftRecord.Snapshotted(snapshot)));
    }

    // Fetching

    /**
     * The log begins after this state, which should be in this replica's own store: it asks itself. If it is not there,
     * the leader will be asked for a newer one.
     */
    void restore(SnapshotMeta snapshot) {
        state.stateMissing = true;
        fetch(snapshot, state.self);
    }

    /**
     * The same log must give the same state. Where both took a snapshot at the same index, as in a steady group, the
     * digests show it.
     */
    private void compare() {
        for (SnapshotMeta own : List.of(state.snapshot, state.previousSnapshot)) {
            boolean differs = told != null
                    && own.index() == told.index()
                    && own.term() == told.term()
                    && !own.stateDigest().equals(told.stateDigest());
            if (differs) {
                state.emit(
                        new Action.Halt(new DivergedState(own.index(), toldBy, own.stateDigest(), told.stateDigest())));
                return;
            }
        }
    }

    /** The leader offers a state; returns true if it is not needed, because everything up to there is here. */
    boolean offered(int leader, SnapshotMeta offer) {
        if (installing) {
            return false;
        }
        told = offer;
        toldBy = leader;
        compare();
        if (state.stateMissing) {
            if (offer.index() >= state.snapshot.index()) {
                fetch(offer, leader);
            }
            return false;
        }
        if (offer.index() > state.commitIndex && state.log.matches(offer.index(), offer.term())) {
            state.committed(offer.index());
            deliver();
        }
        if (offer.index() > state.commitIndex) {
            fetch(offer, leader);
            return false;
        }
        return true;
    }

    private void fetch(SnapshotMeta snapshot, int source) {
        if (!snapshot.equals(wanted)) {
            if (fetcher.isGettingAhead()) {
                // To turn to every new one would never end; who answers keeps the old one as long as it is asked for.
                return;
            }
            if (!saidTooLarge) {
                state.announce("fetching the state at " + snapshot.index() + " from replica " + source
                        + " (this replica is at " + state.delivered + ")");
            }
            wanted = snapshot;
        }
        ask(fetcher.start(snapshot.index(), snapshot.stateDigest(), List.of(source)));
    }

    private void ask(List<StateFetcher.Ask> asks) {
        for (StateFetcher.Ask ask : asks) {
            if (ask.to() == state.self) {
                state.emit(new Action.ServeState(state.self, ask.question()));
            } else {
                state.send(ask.to(), ask.question());
            }
        }
    }

    void onQuestion(int sender, Question question) {
        if (serving.allows(sender, question)) {
            state.emit(new Action.ServeState(sender, question));
        }
    }

    RaftVerdict onAnswer(int sender, Answer answer) {
        FetchOutcome outcome = fetcher.onAnswer(sender, answer);
        if (outcome instanceof FetchOutcome.Accepted accepted) {
            ask(accepted.asks());
        } else if (outcome instanceof FetchOutcome.Banned banned) {
            state.emit(new Action.ReportEvidence(banned.source(), new RaftEvidence.FalseState(banned.reason())));
            ask(banned.asks());
        } else if (outcome instanceof FetchOutcome.Completed done) {
            install(done);
        } else if (outcome instanceof FetchOutcome.Unusable unusable) {
            refuse(unusable);
        } else {
            return RaftVerdict.UNEXPECTED;
        }
        return RaftVerdict.ACCEPT;
    }

    private void refuse(FetchOutcome.Unusable unusable) {
        long index = wanted.index();
        wanted = null;
        if (unusable.reason() != FetchOutcome.Reason.STATE_TOO_LARGE) {
            state.emit(new Action.Halt(new UnusableState(unusable.reason())));
        } else if (!saidTooLarge) {
            saidTooLarge = true;
            state.announce(unusable.tooLargeToTake(index, state.config.transfer()));
        }
    }

    private void install(FetchOutcome.Completed done) {
        // Entries may have come faster than the state. To go back would execute them twice.
        if (state.stateMissing || done.sequence() > state.delivered) {
            installing = true;
            saidTooLarge = false;
            state.stateMissing = true;
            state.announce("has the state at " + done.sequence() + ", for which it fetched " + fetcher.fetchedBytes()
                    + " bytes");
            state.emit(new Action.InstallState(done.sequence(), done.stateDigest(), done.snapshot(), done.tree()));
        } else {
            fetcher.stop();
            wanted = null;
        }
    }

    void onInstalled(Event.StateInstalled event) {
        if (!installing || event.sequence() != wanted.index()) {
            throw new IllegalStateException("an unexpected state was installed at " + event.sequence());
        }
        SnapshotMeta installed = wanted;
        installing = false;
        wanted = null;
        state.announce("installed the state at " + installed.index());
        beginLogAfter(installed);
        state.stateMissing = false;
        snapshotDueAfter = installed.index();
        state.delivered = installed.index();
        state.lastExecuted = installed.index();
        state.pool.restore(event.sessions());
        state.committed(installed.index());
        if (state.leader != RaftState.NOBODY && !state.isLeader()) {
            state.send(
                    state.leader,
                    new AppendEntriesReply(state.term(), 0, true, installed.index(), 0, 0, state.recovering));
        }
        deliver();
    }

    /** Raft 7: if the log has the snapshot's last entry, what follows it is kept; otherwise all of it goes. */
    private void beginLogAfter(SnapshotMeta installed) {
        long index = installed.index();
        if (state.log.matches(index, installed.term())) {
            state.log.compact(index);
            state.memberships.compact(index);
        } else {
            // First the suffix, then the snapshot: after a crash between them the log is still one that was here
            // before.
            if (state.log.lastIndex() > index) {
                state.emit(new Action.Persist(new RaftRecord.SuffixRemoved(index + 1, state.log.lastIndex())));
            }
            state.log.reset(index, installed.term());
            state.memberships.reset(index, installed.configuration());
        }
        if (!installed.equals(state.snapshot)) {
            keep(installed, Event.CheckpointTaken.UNKNOWN_BYTES);
        }
        state.emit(new Action.Truncate(index));
        state.emit(new Action.ReleaseCheckpoints(index));
    }

    void onTick() {
        serving.renew();
        if (fetcher.isActive() && !state.stateMissing && wanted.index() <= state.delivered) {
            fetcher.stop();
            wanted = null;
        }
        ask(fetcher.onTick());
        boolean askLeader = state.stateMissing && !installing && state.leader != RaftState.NOBODY;
        if (askLeader && state.tick % state.config.electionTimeoutTicks() == 0) {
            state.send(state.leader, new RequestSnapshot(state.term()));
        }
    }
}
