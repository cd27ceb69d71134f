package org.tagma.core.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;

/** Linearizable reads at a follower: one question to the leader for all reads that gathered since the last turn. */
final class FollowerReads {

    private final RaftState state;
    private final ReadQueue queue;
    private final TreeMap<Long, Asked> asked = new TreeMap<>();
    private List<Long> gathering = new ArrayList<>();

    private record Asked(List<Long> ids, long atTick) {}

    FollowerReads(RaftState state, ReadQueue queue) {
        this.state = state;
        this.queue = queue;
    }

    /** A read of this replica's own client, admitted to the queue. */
    void add(long id) {
        gathering.add(id);
    }

    void onDrained() {
        if (gathering.isEmpty()) {
            return;
        }
        if (state.leader == RaftState.NOBODY || state.leader == state.self) {
            queue.refuse(gathering);
        } else {
            // Random, so that an answer meant for an earlier incarnation of this replica cannot fit: its index would be
            // too old.
            long context = state.random.nextLong() >>> 2;
            asked.put(context, new Asked(gathering, state.tick));
            state.send(state.leader, new ReadIndex(state.term(), context));
        }
        gathering = new ArrayList<>();
    }

    RaftVerdict onReply(ReadIndexReply message) {
        Asked question = asked.remove(message.context());
        if (question == null) {
            return RaftVerdict.UNEXPECTED;
        }
        queue.confirmed(question.ids(), message.index());
        return RaftVerdict.ACCEPT;
    }

    /** The question or the answer may be lost, or the leader gone: the client may ask again. */
    void onTick() {
        asked.values().removeIf(question -> {
            boolean late = state.tick - question.atTick() >= state.config.electionTimeoutTicks();
            if (late) {
                queue.refuse(question.ids());
            }
            return late;
        });
    }
}
