package org.tagma.core.raft;

import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;

/**
 * Hands the leadership to another voter (dissertation 3.10): lets it catch up, proposing nothing new, and has it stand.
 */
final class LeadershipTransfer {

    private final RaftState state;
    private final Replication replication;
    private Optional<Pending> pending = Optional.empty();
    private boolean gaveUpLease;

    private record Pending(long id, int target, long term, long sinceTick, boolean told) {}

    LeadershipTransfer(RaftState state, Replication replication) {
        this.state = state;
        this.replication = replication;
    }

    void start() {
        gaveUpLease = false;
    }

    /** Leads no longer: which is what was wanted, if it is because somebody else stands. */
    void stop() {
        pending.ifPresent(transfer -> {
            if (transfer.told() && state.term() > transfer.term()) {
                answer(transfer, true, "leadership was handed over; the group is in term " + state.term());
            } else {
                answer(transfer, false, "this replica ceased to lead before it could hand over");
            }
        });
        pending = Optional.empty();
    }

    boolean isActive() {
        return pending.isPresent();
    }

    /** Whether somebody in this term was told to stand although the others hear the leader: so lease reads are over. */
    boolean gaveUpLease() {
        return gaveUpLease;
    }

    void request(long id, int to) {
        int target = to == RaftState.NOBODY ? replication.bestVoter().orElse(RaftState.NOBODY) : to;
        Pending wanted = new Pending(id, target, state.term(), state.tick, false);
        if (target == state.self) {
            answer(wanted, true, "replica " + target + " leads already");
        } else if (isActive()) {
            answer(wanted, false, "another transfer is under way");
        } else if (!state.configuration().isVoter(target)) {
            answer(wanted, false, "there is no such voter");
        } else if (replication.progress(target).recovering) {
            answer(wanted, false, "replica " + target + " has lost its log and may not lead before it has it again");
        } else {
            pending = Optional.of(wanted);
            replication.sendTo(target);
            proceed();
        }
    }

    /** Tells the target to stand once it has the whole log. */
    void proceed() {
        Pending transfer = pending.orElse(null);
        if (transfer == null || transfer.told()) {
            return;
        }
        Progress progress = replication.progress(transfer.target());
        // Meanwhile it may have lost its vote, or its log.
        if (progress != null
                && progress.match == state.log.lastIndex()
                && !progress.recovering
                && state.configuration().isVoter(transfer.target())) {
            tell(transfer.target());
            pending = Optional.of(
                    new Pending(transfer.id(), transfer.target(), transfer.term(), transfer.sinceTick(), true));
        }
    }

    private void tell(int target) {
        gaveUpLease = true;
        state.send(target, new TimeoutNow(state.term()));
    }

    void onTick() {
        pending.filter(transfer -> state.tick - transfer.sinceTick() >= state.config.electionTimeoutTicks())
                .ifPresent(transfer -> {
                    answer(transfer, false, "replica " + transfer.target() + " did not take over in time");
                    pending = Optional.empty();
                });
    }

    /** The group goes on without this replica: whoever has the most of the log is to lead. */
    void leave() {
        replication.bestVoter().ifPresent(this::tell);
        state.follow(state.term(), RaftState.NOBODY);
        state.refuseWaiting();
    }

    private void answer(Pending transfer, boolean done, String text) {
        state.emit(new Action.AnswerOperator(transfer.id(), done, text));
    }
}
