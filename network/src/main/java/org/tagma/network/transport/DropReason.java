package org.tagma.network.transport;

/** Why an outbound frame was dropped. */
public enum DropReason {
    /** No such replica in the cluster, or ourselves. */
    UNKNOWN_PEER("unknown-peer"),
    /** A client session that is not connected. */
    NOT_CONNECTED("not-connected"),
    /** Too many bytes already wait for this peer (or for all clients together). */
    OVER_BUDGET("over-budget"),
    /** Empty, or larger than the peer would accept. */
    BAD_SIZE("bad-size"),
    /** The connection broke, or was replaced, with the frame on its way. */
    CONNECTION_LOST("connection-lost"),
    /** The transport is not started, or closed. */
    CLOSED("closed");

    private final String label;

    DropReason(String label) {
        this.label = label;
    }

    /** The name in metrics. */
    public String label() {
        return label;
    }
}
