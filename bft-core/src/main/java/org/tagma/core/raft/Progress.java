package org.tagma.core.raft;

import java.util.ArrayDeque;
import org.tagma.core.raft.message.SnapshotMeta;

/** What a leader knows of one follower, and how much it has on its way to it. */
final class Progress {

    /** How the follower is supplied. */
    enum Mode {
        /** The leader does not know where the logs part: one message at a time. */
        PROBE,
        /** The logs agree: entries are sent before earlier ones are acknowledged. */
        REPLICATE,
        /** The entries that it needs are compacted away: it fetches a snapshot. */
        SNAPSHOT
    }

    private record Inflight(long lastIndex, long bytes) {}

    private final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    private long inflightBytes;

    Mode mode = Mode.PROBE;
    /** Up to here its log is known to agree with the leader's. */
    long match;
    /** The next entry to send. */
    long next;
    /** While probing: an answer is awaited. */
    boolean awaitsAnswer;
    /** While it fetches: the snapshot that it was told of. */
    SnapshotMeta offered;
    /** The leader's tick when it was heard from last. */
    long heardAtTick;
    /** The latest round of the leader's that it answered. */
    long ackedRound;
    /** The commit index that it was told last. */
    long toldCommit;
    /**
     * It has forgotten what it acknowledged, and does not count before it agrees up to the fence and says that it
     * remembers: what it said in the incarnation that it forgot, and comes late, is about entries below the fence.
     */
    boolean recovering;

    long fence;

    /** A follower of which nothing is known yet; it has time from now on to be heard from. */
    Progress(long next, long tick) {
        this.next = next;
        this.heardAtTick = tick;
    }

    boolean hasRoom(RaftConfig config) {
        return inflight.size() < config.maxInflightMessages() && inflightBytes < config.maxInflightBytes();
    }

    int inflightMessages() {
        return inflight.size();
    }

    void sent(long lastIndex, long bytes) {
        inflight.add(new Inflight(lastIndex, bytes));
        inflightBytes += bytes;
        next = lastIndex + 1;
    }

    /** It has everything up to here. */
    boolean acknowledged(long index) {
        while (!inflight.isEmpty() && inflight.peek().lastIndex() <= index) {
            inflightBytes -= inflight.poll().bytes();
        }
        boolean news = index > match;
        match = Math.max(match, index);
        next = Math.max(next, match + 1);
        return news;
    }

    void probe(long from) {
        mode = Mode.PROBE;
        next = Math.max(from, match + 1);
        awaitsAnswer = false;
        offered = null;
        clearInflight();
    }

    void replicate() {
        mode = Mode.REPLICATE;
        next = match + 1;
        awaitsAnswer = false;
        offered = null;
        clearInflight();
    }

    void snapshot(SnapshotMeta snapshot) {
        mode = Mode.SNAPSHOT;
        offered = snapshot;
        clearInflight();
    }

    /** It says that it forgot; the next entry is its fence, see {@link AmnesiaRecovery}. */
    void forgot(long nextIndex) {
        recovering = true;
        fence = nextIndex;
    }

    /** It lost its log: what it had counts no more. */
    void forget(long upTo) {
        match = Math.min(match, upTo);
        probe(match + 1);
    }

    private void clearInflight() {
        inflight.clear();
        inflightBytes = 0;
    }

    long stateHash() {
        return ((match * 31 + next) * 31 + mode.ordinal()) * 31 + inflight.size();
    }
}
