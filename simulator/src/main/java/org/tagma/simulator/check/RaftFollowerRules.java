package org.tagma.simulator.check;

import java.util.List;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.Entry;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.RaftRecord.Appended;
import org.tagma.core.raft.RaftRecord.Snapshotted;
import org.tagma.core.raft.RaftRecord.SuffixRemoved;
import org.tagma.core.raft.SnapshotMeta;
import org.tagma.core.service.TransferMessage;

/**
 * What a replica takes from a leader, removes for it and acknowledges (5.3), and what becomes of its log when it has a state
 * (7). Not thread-safe.
 */
final class RaftFollowerRules extends RaftRules {

    private long committedBefore;
    private long delivered;
    /** The last term in which its log was found to agree with a leader's, and up to where. */
    private long agreedInTerm;

    private long agreedUpTo;

    RaftFollowerRules(RaftFacts facts) {
        super(facts);
    }

    @Override
    void recovers(Event.RecoveredLog recovered) {
        delivered = facts.knownCommitted;
    }

    @Override
    void stepping(Event event) {
        committedBefore = facts.knownCommitted;
        if (event instanceof Event.StateInstalled installed) {
            delivered = installed.sequence();
        }
    }

    @Override
    void stepped(List<Action> actions) {
        if (facts.message() instanceof InstallSnapshot install && !facts.stateMissing) {
            boolean fetches = actions.stream()
                    .anyMatch(each ->
                            each instanceof Action.Send send && send.message() instanceof TransferMessage.Question);
            long index = install.snapshot().index();
            refuses(
                    fetches && facts.log.termAt(index) == install.snapshot().term(),
                    "fetches the state at " + index + ", though its log has all up to there");
        }
        if (facts.event instanceof Event.CheckpointTaken taken) {
            letsGo(taken.sequence(), actions);
        }
        if (RaftFacts.hasRefused(actions)) {
            refuses(actions.stream().anyMatch(RaftFollowerRules::leavesATrace), "acts on a message that it refuses");
        }
    }

    /** Raft 7: what a state covers goes, but for a tail for followers, and of states only the one before is kept. */
    private void letsGo(long index, List<Action> actions) {
        long before = facts.log.snapshot().map(SnapshotMeta::index).orElse(0L);
        if (index <= before) {
            return;
        }
        long covered = Math.max(before, index - facts.config.logTail());
        boolean truncates = false;
        boolean releases = false;
        for (Action each : actions) {
            if (each instanceof Action.Truncate truncate) {
                truncates |= truncate.sequence() >= index - facts.config.logTail();
                refuses(
                        truncate.sequence() > covered,
                        "lets go of entries up to " + truncate.sequence() + ", which followers may lack");
            }
            releases |= each instanceof Action.ReleaseCheckpoints release && release.below() >= before;
        }
        refuses(!truncates, "has a state at " + index + ", and keeps its log before that");
        refuses(!releases, "has a state at " + index + ", and keeps those before the last, at " + before);
    }

    private static boolean leavesATrace(Action action) {
        return action instanceof Action.Persist
                || action instanceof Action.Commit
                || action instanceof Action.ReadReady
                || action instanceof Action.InstallState;
    }

    @Override
    void decided(Action action) {
        if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.Truncate truncate) {
            refuses(
                    !facts.log.coversBySnapshot(truncate.sequence()),
                    "lets go of entries up to " + truncate.sequence() + ", of which it has no state");
        } else if (action instanceof Action.Commit commit) {
            refuses(
                    commit.sequence() != delivered + 1,
                    "executes index " + commit.sequence() + " after index " + delivered);
            delivered = commit.sequence();
        } else if (action instanceof Action.InstallState install) {
            long needed = facts.stateMissing
                    ? facts.log.snapshot().map(SnapshotMeta::index).orElse(0L)
                    : delivered + 1;
            refuses(
                    install.sequence() < needed,
                    "installs the state at " + install.sequence() + ", though it is at " + (needed - 1) + " already");
        } else if (action instanceof Action.Relay) {
            refuses(
                    facts.event instanceof Event.RequestReceived request && request.relayedBy() >= 0,
                    "passes on a request that was passed on to it");
        } else if (action instanceof Action.Send send && send.message() instanceof AppendEntriesReply reply) {
            refuses(
                    reply.success() && reply.index() > facts.reserved,
                    "acknowledges index " + reply.index() + ", with only " + facts.reserved + " reserved");
            if (facts.message() instanceof AppendEntries append
                    && facts.sender() == send.to()
                    && append.term() == reply.term()) {
                answers(append, reply);
            }
        }
    }

    private void writes(LogRecord record) {
        if (record instanceof Appended appended && !facts.isLeader() && !facts.isAlone()) {
            takes(appended.entry());
        } else if (record instanceof SuffixRemoved removed) {
            removes(removed);
        } else if (record instanceof Snapshotted taken) {
            long index = taken.snapshot().index();
            boolean own = facts.event instanceof Event.CheckpointTaken;
            refuses(
                    own && facts.log.termAt(index) != taken.snapshot().term(),
                    "has a state at " + index + " of term " + taken.snapshot().term() + ", which its log does not say");
            refuses(
                    own
                            && index
                                    <= facts.log
                                            .snapshot()
                                            .map(SnapshotMeta::index)
                                            .orElse(0L),
                    "goes back to its state at " + index);
            refuses(
                    !own && facts.log.termAt(index) != taken.snapshot().term() && facts.log.lastIndex() > index,
                    "keeps the entries after " + index + " of a log that contradicts the state there");
            refuses(
                    own
                            && !facts.configurations
                                    .floorEntry(index)
                                    .getValue()
                                    .equals(taken.snapshot().configuration()),
                    "has a state at " + index + " of another group than the one there");
        }
    }

    private void takes(Entry entry) {
        boolean sent = facts.message() instanceof AppendEntries append
                && append.entries().stream()
                        .anyMatch(each -> each.index() == entry.index() && each.term() == entry.term());
        refuses(!sent, "takes index " + entry.index() + ", which no leader has sent");
        boolean waits = facts.message() instanceof AppendEntries append && append.leaderCommit() > facts.executed;
        refuses(
                waits && entry.index() > facts.executed + facts.config.logWindow(),
                "takes index " + entry.index() + ", though it has executed no further than " + facts.executed);
    }

    /** Raft 5.3: an entry that contradicts the leader's goes, and all that follow it; what agrees stays. */
    private void removes(SuffixRemoved removed) {
        refuses(removed.from() <= committedBefore, "removes what is committed: " + removed);
        if (facts.message() instanceof AppendEntries append) {
            boolean contradicts = append.entries().stream()
                    .anyMatch(
                            each -> each.index() == removed.from() && each.term() != facts.log.termAt(removed.from()));
            refuses(!contradicts, "removes entries that contradict nothing: " + removed);
        } else {
            refuses(!(facts.event instanceof Event.StateInstalled), "removes entries for no reason: " + removed);
        }
    }

    /** Raft 5.3: back by terms, not by entries, and no further than need be. */
    private void hints(AppendEntries append, AppendEntriesReply reply) {
        long hint = reply.hintIndex();
        refuses(
                !facts.log.coversBySnapshot(hint) && facts.log.termAt(hint) > append.prevLogTerm(),
                "refuses entries, and names index " + hint + ", which is of a later term than the leader's");
        boolean isNextToAgree = hint < Math.min(append.prevLogIndex(), facts.log.lastIndex())
                && facts.log.termAt(hint + 1) != RaftLogBook.UNKNOWN
                && facts.log.termAt(hint + 1) <= append.prevLogTerm();
        refuses(isNextToAgree, "refuses entries, and has the leader go back further than index " + (hint + 1));
    }

    private void answers(AppendEntries append, AppendEntriesReply reply) {
        boolean fits = facts.log.termAt(append.prevLogIndex()) == append.prevLogTerm();
        if (!reply.success()) {
            refuses(fits, "refuses entries that fit its log after " + append.prevLogIndex());
            hints(append, reply);
            refuses(
                    reply.hintIndex() > append.prevLogIndex()
                            || (!facts.log.coversBySnapshot(reply.hintIndex())
                                    && facts.log.termAt(reply.hintIndex()) != reply.hintTerm()),
                    "refuses entries, and does not tell where its log may agree");
            return;
        }
        if (reply.index() < append.prevLogIndex()) {
            boolean known = reply.index() <= (agreedInTerm == append.term() ? agreedUpTo : committedBefore);
            refuses(!known, "acknowledges entries up to " + reply.index() + " that may not be the leader's");
            return;
        }
        refuses(
                append.term() < facts.forgottenTerm,
                "acknowledges entries of a term below one in which it may have voted");
        boolean agrees = facts.matches(append.prevLogIndex(), append.prevLogTerm());
        for (Entry entry : append.entries()) {
            agrees &= entry.index() > reply.index() || facts.matches(entry.index(), entry.term());
        }
        refuses(!agrees, "acknowledges entries up to " + reply.index() + " that are not in its log");
        long last = append.prevLogIndex() + append.entries().size();
        boolean hasRoom = last <= facts.executed + facts.config.logWindow();
        refuses(
                append.prevLogIndex() >= committedBefore && hasRoom && reply.index() != last,
                "acknowledges index " + reply.index() + " of entries up to " + last);
        agreedUpTo = agreedInTerm == append.term() ? Math.max(agreedUpTo, reply.index()) : reply.index();
        agreedInTerm = append.term();
    }
}
