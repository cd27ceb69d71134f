package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.tagma.core.protocol.Action;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;

/**
 * Changes the group (Raft 6): newcomers first follow as learners until they have caught up; then the joint
 * configuration; when that is committed, the new one; when that is committed, a leader that is not in it leaves.
 *
 * <p>One change at a time, and none before an entry of the leader's term is committed (Ongaro's note of 2015 on changes
 * that cross a change of leader). A leader that finds the joint configuration in its log takes it to its end, whoever
 * began it.
 */
final class MembershipChange {

    /** A newcomer that has not caught up after so many election timeouts is not waited for. */
    private static final int CATCH_UP_ELECTION_TIMEOUTS = 20;

    private final RaftState state;
    private final Replication replication;
    private final LeadershipTransfer transfer;
    private final Consumer<Entry> append;
    private Optional<Pending> pending = Optional.empty();

    private record Pending(long id, Configuration target, long sinceTick) {}

    /** How a newcomer catches up (dissertation 4.2.1): with what the log held when the round began. */
    private record Round(long end, long sinceTick, boolean inTime) {}

    private final TreeMap<Integer, Round> rounds = new TreeMap<>();

    MembershipChange(RaftState state, Replication replication, LeadershipTransfer transfer, Consumer<Entry> append) {
        this.state = state;
        this.replication = replication;
        this.transfer = transfer;
        this.append = append;
    }

    /** Begins a change, or answers why not. */
    void request(long id, List<Integer> voters, List<Integer> learners) {
        Configuration target;
        try {
            target = new Configuration(voters, List.of(), learners);
        } catch (IllegalArgumentException badRequest) {
            answer(id, false, badRequest.getMessage());
            return;
        }
        if (pending.isPresent() || state.configuration().isJoint() || isUncommitted()) {
            answer(id, false, "another change of the group is under way");
        } else if (!state.hasCommittedInTerm()) {
            answer(id, false, "the leader is new; try again in a moment");
        } else {
            pending = Optional.of(new Pending(id, target, state.tick));
            rounds.clear();
            proceed();
        }
    }

    /** Leads no longer. */
    void stop() {
        pending.ifPresent(change ->
                answer(change.id(), false, "the leader changed; whether the group changes will be seen in its status"));
        pending = Optional.empty();
    }

    private boolean isUncommitted() {
        return state.memberships.latestIndex() > state.commitIndex;
    }

    /** Takes the next step, if what it waits for has happened. */
    void proceed() {
        if (!state.isLeader() || !state.hasCommittedInTerm() || isUncommitted()) {
            return;
        }
        Configuration current = state.configuration();
        if (current.isJoint()) {
            append(current.withoutOldVoters());
        } else if (!current.isVoter(state.self)) {
            finish();
            transfer.leave();
        } else if (pending.isPresent()) {
            proceed(current, pending.get().target());
        }
    }

    private void proceed(Configuration current, Configuration target) {
        if (current.equals(target)) {
            finish();
        } else if (!current.members().containsAll(target.members())) {
            append(withNewcomers(current, target));
        } else if (target.voters().equals(current.voters())) {
            append(target);
        } else if (target.voters().stream().allMatch(voter -> current.isVoter(voter) || isCaughtUp(voter))) {
            append(current.jointTo(target));
        }
    }

    private static Configuration withNewcomers(Configuration current, Configuration target) {
        TreeSet<Integer> learners = new TreeSet<>(target.members());
        learners.removeAll(current.voters());
        learners.addAll(current.learners());
        return new Configuration(current.voters(), List.of(), new ArrayList<>(learners));
    }

    /**
     * Whether what it lacks takes less than an election timeout to bring to it: then it does not hold up commits for
     * longer when it votes. How many entries that are says nothing: to a far place many are always under way.
     */
    private boolean isCaughtUp(int learner) {
        Progress progress = replication.progress(learner);
        if (progress == null || progress.mode != Progress.Mode.REPLICATE || progress.recovering) {
            return false;
        }
        Round round = rounds.computeIfAbsent(learner, id -> new Round(state.log.lastIndex(), state.tick, false));
        if (!round.inTime() && progress.match >= round.end()) {
            boolean inTime = state.tick - round.sinceTick() < state.config.electionTimeoutTicks();
            round = new Round(state.log.lastIndex(), state.tick, inTime);
            rounds.put(learner, round);
        }
        return round.inTime();
    }

    private void append(Configuration configuration) {
        state.announce("the group changes to " + configuration);
        append.accept(new Entry.Reconfiguration(state.log.lastIndex() + 1, state.term(), configuration));
    }

    private void finish() {
        pending.ifPresent(change -> answer(change.id(), true, "the group is now " + state.configuration()));
        pending = Optional.empty();
    }

    void onTick() {
        long limitTicks = (long) CATCH_UP_ELECTION_TIMEOUTS * state.config.electionTimeoutTicks();
        boolean waits = !state.configuration().isJoint() && !isUncommitted();
        pending.filter(change -> waits && state.tick - change.sinceTick() >= limitTicks)
                .ifPresent(change -> {
                    answer(change.id(), false, "a newcomer has not caught up; it stays a learner");
                    pending = Optional.empty();
                });
    }

    private void answer(long id, boolean done, String text) {
        state.emit(new Action.AnswerOperator(id, done, text));
    }

    long stateHash() {
        return pending.hashCode();
    }
}
