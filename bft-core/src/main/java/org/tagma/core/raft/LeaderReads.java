package org.tagma.core.raft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;

/**
 * Linearizable reads at the leader (dissertation 6.4): the commit index is noted, a round asks a quorum whether this
 * replica still leads, and then the read may be served from any state that has executed so much. One round serves all
 * reads that came before it; while it is under way, others gather for the next.
 */
final class LeaderReads {

    private final RaftState state;
    private final Replication replication;
    private final LeadershipTransfer transfer;
    private final ReadQueue queue;
    /** Came after the last round began. */
    private Waiting gathering = new Waiting(0);

    private final ArrayDeque<Round> rounds = new ArrayDeque<>();
    private int fromFollowers;

    private record Remote(int replica, long context) {}

    private record Round(long round, Waiting reads) {}

    /** Reads that are confirmed together, as of a commit index. */
    private static final class Waiting {
        final List<Long> own = new ArrayList<>();
        final List<Remote> remote = new ArrayList<>();
        final long index;

        Waiting(long index) {
            this.index = index;
        }

        boolean isEmpty() {
            return own.isEmpty() && remote.isEmpty();
        }
    }

    LeaderReads(RaftState state, Replication replication, LeadershipTransfer transfer, ReadQueue queue) {
        this.state = state;
        this.replication = replication;
        this.transfer = transfer;
        this.queue = queue;
    }

    void stop() {
        queue.refuse(gathering.own);
        rounds.forEach(round -> queue.refuse(round.reads().own));
        gathering = new Waiting(0);
        rounds.clear();
        fromFollowers = 0;
    }

    /** A read of this replica's own client, admitted to the queue. */
    void add(long id) {
        gathering.own.add(id);
    }

    /** All reads that gathered at a follower. */
    RaftVerdict onReadIndex(int sender, long context) {
        if (fromFollowers >= state.config.maxPendingReads()) {
            return RaftVerdict.OVERLOADED;
        }
        fromFollowers++;
        gathering.remote.add(new Remote(sender, context));
        return RaftVerdict.ACCEPT;
    }

    /** All that was queued has been stepped: asks for the reads among it. */
    void onDrained() {
        if (gathering.isEmpty() || !state.hasCommittedInTerm()) {
            return;
        }
        if (replication.holdsLease() && !transfer.gaveUpLease()) {
            confirm(takeGathering());
        } else if (rounds.isEmpty()) {
            beginRound();
        }
    }

    /** Asks the followers whether this replica still leads; serves as heartbeat too. */
    void beginRound() {
        // Raft 8: before an entry of its term is committed a leader does not know its own commit index.
        Waiting reads = state.hasCommittedInTerm() ? takeGathering() : new Waiting(0);
        long round = replication.beginRound();
        if (!reads.isEmpty()) {
            rounds.add(new Round(round, reads));
        }
        // Also without new ones: the others may have left the group, and then no answer will come.
        onRoundAnswered();
    }

    private Waiting takeGathering() {
        Waiting reads = new Waiting(state.commitIndex);
        reads.own.addAll(gathering.own);
        reads.remote.addAll(gathering.remote);
        gathering = new Waiting(0);
        return reads;
    }

    /** A quorum may have confirmed a round. */
    void onRoundAnswered() {
        while (!rounds.isEmpty() && rounds.peek().round() <= replication.confirmedRound()) {
            confirm(rounds.poll().reads());
        }
    }

    private void confirm(Waiting reads) {
        for (Remote read : reads.remote) {
            fromFollowers--;
            state.send(read.replica(), new ReadIndexReply(state.term(), read.context(), reads.index));
        }
        queue.confirmed(reads.own, reads.index);
    }
}
