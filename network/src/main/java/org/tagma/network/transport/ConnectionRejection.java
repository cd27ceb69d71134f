package org.tagma.network.transport;

/** Why a connection, or what came in on it, was refused. */
public enum ConnectionRejection {
    /** The peer does not speak our protocol. */
    BAD_HELLO("bad-hello"),
    /** The peer speaks another version of the protocol. */
    WRONG_VERSION("wrong-version"),
    /** The peer belongs to another cluster. */
    WRONG_CLUSTER("wrong-cluster"),
    /** The peer is of another epoch of the cluster. */
    WRONG_EPOCH("wrong-epoch"),
    /** The peer claims an identity that has no business on this connection. */
    UNEXPECTED_PEER("unexpected-peer"),
    /** The peer cannot prove its identity. */
    WRONG_PROOF("wrong-proof"),
    /** The peer took too long to prove its identity. */
    HANDSHAKE_TIMEOUT("handshake-timeout"),
    /** Dropped in favour of newer connections of strangers. */
    TOO_MANY_STRANGERS("too-many-strangers"),
    /** Too many connections of this peer wait for their handshake. */
    TOO_MANY_HANDSHAKES("too-many-handshakes"),
    /** All places for client sessions are taken. */
    TOO_MANY_CLIENTS("too-many-clients"),
    /** All places for sessions of this client are taken. */
    TOO_MANY_SESSIONS("too-many-sessions"),
    /** One side wants TLS and the other does not. */
    TLS_MISMATCH("tls-mismatch"),
    /** A setting that both must have alike differs. */
    SETTINGS_DIFFER("settings-differ"),
    /** The peer refuses us. */
    REFUSED_BY_PEER("refused-by-peer"),
    /** TLS failed: not TLS, or a certificate that is not the cluster's. */
    TLS_FAILED("tls-failed"),
    /** The certificate belongs to another node than the one the peer claims to be. */
    CERTIFICATE_MISMATCH("certificate-mismatch"),
    /** What came is not what the peer sealed, in its turn, for this connection. */
    BAD_RECORD("bad-record"),
    /** A frame announced more bytes than allowed. */
    OVERSIZED_FRAME("oversized-frame"),
    /** A frame of no bytes. */
    EMPTY_FRAME("empty-frame"),
    /** A frame of which the rest did not come. */
    UNFINISHED_FRAME("unfinished-frame"),
    /** The peer began more large frames at once than it has room for. */
    TOO_MANY_UNFINISHED_FRAMES("too-many-unfinished-frames"),
    /** The frame handler found a frame to be garbage. */
    GARBAGE_FRAME("garbage-frame");

    private final String label;

    ConnectionRejection(String label) {
        this.label = label;
    }

    /** The name in metrics. */
    public String label() {
        return label;
    }
}
