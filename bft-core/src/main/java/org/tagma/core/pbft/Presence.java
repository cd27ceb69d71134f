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

    /** Something came from a replica. */
    void heard(int replica, long tick) {
        heardAtTick[replica] = tick;
        unreachable[replica] = false;
    }

    /** A replica's address refuses connections. */
    void lost(int replica) {
        unreachable[replica] = replica != self;
    }

    long heardAtTick(int replica) {
        return heardAtTick[replica];
    }

    /** Whether a replica's address refused connections, and nothing came from it since. */
    boolean isUnreachable(int replica) {
        return unreachable[replica];
    }
}
