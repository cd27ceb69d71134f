package org.tagma.core.pbft;

/** Which replicas give signs of life, whatever these say. */
final class Presence {

    private final int self;
    private final long[] heardAtTick;
    private final boolean[] unreachable;

    Presence(PbftConfig config) {
        this.self = config.replica();
        this.heardAtTick = new long[config.quorums().replicas()];
        this.unreachable = new boolean[config.quorums().replicas()];
    }

    /** Something came from a replica that nobody else could have delivered. */
    void heard(int replica, long tick) {
        heardAtTick[replica] = tick;
    }

    /** A replica's address refuses connections. What it said before may still come, and says nothing of that. */
    void lost(int replica) {
        unreachable[replica] = replica != self;
    }

    /** There is a connection to a replica again. */
    void connected(int replica) {
        unreachable[replica] = false;
    }

    long heardAtTick(int replica) {
        return heardAtTick[replica];
    }

    /** Whether a replica's address refused connections, and there was no new one since. */
    boolean isUnreachable(int replica) {
        return unreachable[replica];
    }
}
