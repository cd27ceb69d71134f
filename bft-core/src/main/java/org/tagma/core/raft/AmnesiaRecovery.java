package org.tagma.core.raft;

import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.raft.message.RaftRecord;

/**
 * How a replica that lost its log, or its whole disk, comes to count again without contradicting what it said in the
 * incarnation that it forgot. It does not find out what that was; it has its leader make an entry after which it cannot
 * matter.
 *
 * <p>The rule. A replica that forgot follows and executes, but neither votes nor stands, and says so in each answer,
 * and its leader counts it for nothing. It asks the leader of its term for a <em>fence</em>: the index of the next
 * entry that this leader will make. When it has that entry and hears from this leader, in this term, that it is
 * committed, it counts again, and votes in later terms; both are noted. In a later term it asks anew.
 *
 * <p>Why it is safe, whatever the configurations are and however many replicas have forgotten. To be shown: (1) each
 * term has one leader at most; (2) whoever is elected in a term T has every entry committed in earlier ones. By
 * induction on T; in T take the violation of (2) whose entry was committed first: X is elected without entry e of term
 * U, U &lt; T. The latest configurations of X and of U's leader when e was committed are the same or neighbours, as in
 * Raft without loss (else one that is committed lies between, before e, and X has it), so their quorums share a replica
 * z, which stored e and voted for X. If z did both in one incarnation, Raft 5.4.3 holds. Let z have forgotten between
 * the two, and let F be the fence of the incarnation that did the second, made by the leader of term V after the first
 * was done, and committed in V.
 * <ul>
 *   <li>It stored e, forgot, and voted for X. It votes in terms after V only, so V &lt; T. Were V &lt; U, then U's
 *       leader, by (2), had F in its log when it stood; but z had stored an entry of it before F was made. So V &gt;=
 *       U. V's leader has e: by (2), or as the leader that made e, and then before F. So z has e again, since it has
 *       all up to F; and again Raft 5.4.3 holds.
 *   <li>It voted for X, forgot, and stored e. F was committed before z stored anything that counts, so before e was,
 *       and in V &lt;= U &lt; T. X stood before F was made and lacks it. So e was not the first.
 * </ul> For (1) let X and Y be elected in T, both with a vote of z, in two incarnations, Y's in the later one. Its
 * fence was committed in a term V before T. X stood before it was made and lacks it, against (2).
 *
 * <p>So what a majority committed is safe however many lose their disks, and at whatever time; if they are too many,
 * nobody is elected any more. What was acknowledged in the forgotten incarnation and arrives late cannot lift the
 * fence: it is about entries below it, see {@link Progress#recovering}. The rule does not ask who is in the group:
 * whoever the leader replicates to is; who belongs to it no more hears no leader and keeps still.
 */
final class AmnesiaRecovery {

    private final RaftState state;
    private Optional<Fence> fence = Optional.empty();
    private long nonce;

    private record Fence(long term, long index) {}

    AmnesiaRecovery(RaftState state) {
        this.state = state;
    }

    /** This replica does not know what it said in its earlier incarnations. */
    void begin(long incarnationNonce) {
        nonce = incarnationNonce;
        state.recovering = true;
        state.announce(
                "restarted without the memory of its log: following, and voting again once its leader has committed"
                        + " an entry that it makes from now on");
    }

    void onTick() {
        boolean asks = state.recovering
                && state.leader != RaftState.NOBODY
                && currentFence().isEmpty();
        if (asks && state.tick % state.config.heartbeatTicks() == 0) {
            state.send(state.leader, new EstimationQuery(nonce));
        }
    }

    RaftVerdict onReply(int sender, EstimationReply reply) {
        boolean awaited =
                state.recovering && sender == state.leader && currentFence().isEmpty();
        if (!awaited || reply.nonce() != nonce || reply.view() != state.term()) {
            return RaftVerdict.UNEXPECTED;
        }
        fence = Optional.of(new Fence(reply.view(), reply.sequence()));
        return RaftVerdict.ACCEPT;
    }

    private Optional<Fence> currentFence() {
        return fence.filter(each -> each.term() == state.term());
    }

    /**
     * Something has happened: perhaps the fence is committed. Without the state it would have nothing of what it counts
     * for.
     */
    void proceed() {
        if (state.recovering && !state.stateMissing) {
            currentFence().filter(each -> each.index() <= state.commitIndex).ifPresent(this::remember);
        }
    }

    private void remember(Fence passed) {
        state.recovering = false;
        state.votesAfterTerm = passed.term();
        state.emit(new Action.Persist(new RaftRecord.MemoryRegained(passed.term())));
        state.announce("recovered: entry " + passed.index() + ", which the leader made since the restart, is committed;"
                + " taking part again");
    }

    long stateHash() {
        return fence.hashCode();
    }
}
