package org.tagma.network.transport;

/**
 * Every bound of a transport. Sizes in bytes, times in milliseconds, all at least 1.
 *
 * <p>Immutable; change a default with {@link #toBuilder()}.
 */
public final class TransportLimits {
    private final Builder values;

    private TransportLimits(Builder values) {
        this.values = values;
    }

    /** The defaults stated at each getter. */
    public static TransportLimits defaults() {
        return new Builder().build();
    }

    /** A builder that starts from these limits. */
    public Builder toBuilder() {
        return new Builder(values);
    }

    /** The largest frame a replica may send: 16 MiB. */
    public int maxFrameBytes() {
        return values.maxFrameBytes;
    }

    /**
     * The largest frame a client session may send: 2 MiB. There are many clients, and each may leave a frame
     * unfinished.
     */
    public int maxClientFrameBytes() {
        return values.maxClientFrameBytes;
    }

    /** Bytes that may wait for one replica, in our queue and the socket's: 32 MiB. */
    public long replicaBudgetBytes() {
        return values.replicaBudgetBytes;
    }

    /**
     * Bytes that may wait for a replica that is not connected: 256 KiB. Less than the whole budget, since most of what
     * is kept for long will be out of date when the replica is back.
     */
    public long replicaBacklogBytes() {
        return values.replicaBacklogBytes;
    }

    /** Bytes that may wait for one client session: 4 MiB. */
    public long clientBudgetBytes() {
        return values.clientBudgetBytes;
    }

    /** Bytes that may wait for all sessions of one client together: 32 MiB. */
    public long allSessionsBudgetBytes() {
        return values.allSessionsBudgetBytes;
    }

    /** Bytes that may wait for all client sessions together: 256 MiB. */
    public long allClientsBudgetBytes() {
        return values.allClientsBudgetBytes;
    }

    /** Bytes of frames that one replica began to send; one at a time may be larger: 16 MiB. */
    public long replicaUnfinishedBytes() {
        return values.replicaUnfinishedBytes;
    }

    /** Bytes of frames that one client began to send, on all its connections: 16 MiB. */
    public long clientUnfinishedBytes() {
        return values.clientUnfinishedBytes;
    }

    /** Bytes of frames that all clients together began to send: 64 MiB. */
    public long allClientsUnfinishedBytes() {
        return values.allClientsUnfinishedBytes;
    }

    /** How long a frame may take from its first bytes to its last: 30 s. */
    public int unfinishedFrameMillis() {
        return values.unfinishedFrameMillis;
    }

    /**
     * How long a connection may take from being accepted or made to being authenticated, TLS included: 5 s. An accepted
     * one that waited for its turn has as long again from then on.
     */
    public int handshakeTimeoutMillis() {
        return values.handshakeTimeoutMillis;
    }

    /**
     * How many accepted connections there may be of those who have not proved to belong to the cluster, before one is
     * dropped: 2048. At 2,000 a second that leaves each a second for the round trip that it needs.
     */
    public int maxStrangers() {
        return values.maxStrangers;
    }

    /** How many handshakes of members may be under way at once, each with the state of TLS: 256. */
    public int maxHandshakes() {
        return values.maxHandshakes;
    }

    /** How many of them may be of one node: 64. */
    public int maxHandshakesPerNode() {
        return values.maxHandshakesPerNode;
    }

    /** How many connections of one node may wait for their handshake: 256. */
    public int maxWaitingHandshakesPerNode() {
        return values.maxWaitingHandshakesPerNode;
    }

    /** How much of one processor handshakes of members may take, in percent: 50. */
    public int handshakeCpuPercent() {
        return values.handshakeCpuPercent;
    }

    /** How many authenticated client sessions there may be in all: 4096. */
    public int maxClientConnections() {
        return values.maxClientConnections;
    }

    /** How many authenticated sessions one client may have: 1024. */
    public int maxConnectionsPerClient() {
        return values.maxConnectionsPerClient;
    }

    /** The first pause before dialing again: 50 ms, doubled at each failure. */
    public int reconnectMinMillis() {
        return values.reconnectMinMillis;
    }

    /** The longest pause before dialing again: 2 s. */
    public int reconnectMaxMillis() {
        return values.reconnectMaxMillis;
    }

    /** The largest frame that a peer may send to us, or we to another as that peer. */
    public int maxFrameBytesFrom(PeerId peer) {
        return peer instanceof PeerId.Replica ? values.maxFrameBytes : values.maxClientFrameBytes;
    }

    /** How long an attempt to connect, or unacknowledged data on native epoll, may take before we give up: 10 s. */
    public int peerTimeoutMillis() {
        return values.peerTimeoutMillis;
    }

    /** Collects values; each setter is named as its getter in {@link TransportLimits}. Not thread-safe. */
    public static final class Builder {
        private int maxFrameBytes = 16 << 20;
        private int maxClientFrameBytes = 2 << 20;
        private long replicaBudgetBytes = 32L << 20;
        private long replicaBacklogBytes = 256L << 10;
        private long clientBudgetBytes = 4L << 20;
        private long allSessionsBudgetBytes = 32L << 20;
        private long allClientsBudgetBytes = 256L << 20;
        private long replicaUnfinishedBytes = 16L << 20;
        private long clientUnfinishedBytes = 16L << 20;
        private long allClientsUnfinishedBytes = 64L << 20;
        private int unfinishedFrameMillis = 30_000;
        private int handshakeTimeoutMillis = 5_000;
        private int maxStrangers = 2_048;
        private int maxHandshakes = 256;
        private int maxHandshakesPerNode = 64;
        private int maxWaitingHandshakesPerNode = 256;
        private int handshakeCpuPercent = 50;
        private int maxClientConnections = 4_096;
        private int maxConnectionsPerClient = 1_024;
        private int reconnectMinMillis = 50;
        private int reconnectMaxMillis = 2_000;
        private int peerTimeoutMillis = 10_000;

        private Builder() {}

        private Builder(Builder from) {
            maxFrameBytes = from.maxFrameBytes;
            maxClientFrameBytes = from.maxClientFrameBytes;
            replicaBudgetBytes = from.replicaBudgetBytes;
            replicaBacklogBytes = from.replicaBacklogBytes;
            clientBudgetBytes = from.clientBudgetBytes;
            allSessionsBudgetBytes = from.allSessionsBudgetBytes;
            allClientsBudgetBytes = from.allClientsBudgetBytes;
            replicaUnfinishedBytes = from.replicaUnfinishedBytes;
            clientUnfinishedBytes = from.clientUnfinishedBytes;
            allClientsUnfinishedBytes = from.allClientsUnfinishedBytes;
            unfinishedFrameMillis = from.unfinishedFrameMillis;
            handshakeTimeoutMillis = from.handshakeTimeoutMillis;
            maxStrangers = from.maxStrangers;
            maxHandshakes = from.maxHandshakes;
            maxHandshakesPerNode = from.maxHandshakesPerNode;
            maxWaitingHandshakesPerNode = from.maxWaitingHandshakesPerNode;
            handshakeCpuPercent = from.handshakeCpuPercent;
            maxClientConnections = from.maxClientConnections;
            maxConnectionsPerClient = from.maxConnectionsPerClient;
            reconnectMinMillis = from.reconnectMinMillis;
            reconnectMaxMillis = from.reconnectMaxMillis;
            peerTimeoutMillis = from.peerTimeoutMillis;
        }

        public Builder maxFrameBytes(int value) {
            maxFrameBytes = (int) positive("maxFrameBytes", value);
            return this;
        }

        public Builder maxClientFrameBytes(int value) {
            maxClientFrameBytes = (int) positive("maxClientFrameBytes", value);
            return this;
        }

        public Builder replicaBudgetBytes(long value) {
            replicaBudgetBytes = positive("replicaBudgetBytes", value);
            return this;
        }

        public Builder replicaBacklogBytes(long value) {
            replicaBacklogBytes = positive("replicaBacklogBytes", value);
            return this;
        }

        public Builder clientBudgetBytes(long value) {
            clientBudgetBytes = positive("clientBudgetBytes", value);
            return this;
        }

        public Builder allClientsBudgetBytes(long value) {
            allClientsBudgetBytes = positive("allClientsBudgetBytes", value);
            return this;
        }

        public Builder allSessionsBudgetBytes(long value) {
            allSessionsBudgetBytes = positive("allSessionsBudgetBytes", value);
            return this;
        }

        public Builder replicaUnfinishedBytes(long value) {
            replicaUnfinishedBytes = positive("replicaUnfinishedBytes", value);
            return this;
        }

        public Builder clientUnfinishedBytes(long value) {
            clientUnfinishedBytes = positive("clientUnfinishedBytes", value);
            return this;
        }

        public Builder allClientsUnfinishedBytes(long value) {
            allClientsUnfinishedBytes = positive("allClientsUnfinishedBytes", value);
            return this;
        }

        public Builder unfinishedFrameMillis(int value) {
            unfinishedFrameMillis = (int) positive("unfinishedFrameMillis", value);
            return this;
        }

        public Builder handshakeTimeoutMillis(int value) {
            handshakeTimeoutMillis = (int) positive("handshakeTimeoutMillis", value);
            return this;
        }

        public Builder maxStrangers(int value) {
            maxStrangers = (int) positive("maxStrangers", value);
            return this;
        }

        public Builder maxHandshakes(int value) {
            maxHandshakes = (int) positive("maxHandshakes", value);
            return this;
        }

        public Builder maxHandshakesPerNode(int value) {
            maxHandshakesPerNode = (int) positive("maxHandshakesPerNode", value);
            return this;
        }

        public Builder maxWaitingHandshakesPerNode(int value) {
            maxWaitingHandshakesPerNode = (int) positive("maxWaitingHandshakesPerNode", value);
            return this;
        }

        public Builder handshakeCpuPercent(int value) {
            handshakeCpuPercent = (int) positive("handshakeCpuPercent", value);
            return this;
        }

        public Builder maxClientConnections(int value) {
            maxClientConnections = (int) positive("maxClientConnections", value);
            return this;
        }

        public Builder maxConnectionsPerClient(int value) {
            maxConnectionsPerClient = (int) positive("maxConnectionsPerClient", value);
            return this;
        }

        public Builder reconnectMinMillis(int value) {
            reconnectMinMillis = (int) positive("reconnectMinMillis", value);
            return this;
        }

        public Builder reconnectMaxMillis(int value) {
            reconnectMaxMillis = (int) positive("reconnectMaxMillis", value);
            return this;
        }

        public Builder peerTimeoutMillis(int value) {
            peerTimeoutMillis = (int) positive("peerTimeoutMillis", value);
            return this;
        }

        public TransportLimits build() {
            if (reconnectMaxMillis < reconnectMinMillis) {
                throw new IllegalArgumentException("reconnectMaxMillis is less than reconnectMinMillis");
            }
            return new TransportLimits(new Builder(this));
        }

        private static long positive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " is at least 1, not " + value);
            }
            return value;
        }
    }
}
