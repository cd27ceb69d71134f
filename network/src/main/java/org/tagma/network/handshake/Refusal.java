package org.tagma.network.handshake;

import java.util.Arrays;
import java.util.Optional;
import org.tagma.network.transport.ConnectionRejection;

/** What a responder tells an initiator that it does not let in. The codes are part of the protocol. */
public enum Refusal {
    WRONG_VERSION(1, ConnectionRejection.WRONG_VERSION, "it speaks another version of the protocol than we do"),
    WRONG_CLUSTER(
            2,
            ConnectionRejection.WRONG_CLUSTER,
            "it belongs to another cluster; compare clusterId in the cluster files"),
    WRONG_EPOCH(3, ConnectionRejection.WRONG_EPOCH, "it is of another epoch; compare epoch in the cluster files"),
    UNEXPECTED_PEER(
            4,
            ConnectionRejection.UNEXPECTED_PEER,
            "it does not expect us there; compare the addresses of replicas in the cluster files"),
    TLS_DEMANDED(
            5,
            ConnectionRejection.TLS_MISMATCH,
            "it demands TLS and we connect without; compare tls in the cluster files"),
    TLS_NOT_SPOKEN(
            6, ConnectionRejection.TLS_MISMATCH, "it does not speak TLS and we do; compare tls in the cluster files"),
    TOO_MANY_CLIENTS(7, ConnectionRejection.TOO_MANY_CLIENTS, "all its places for clients are taken"),
    TOO_MANY_SESSIONS(8, ConnectionRejection.TOO_MANY_SESSIONS, "all its places for sessions of this client are taken");

    private final int code;
    private final ConnectionRejection reason;
    private final String explanation;

    Refusal(int code, ConnectionRejection reason, String explanation) {
        this.code = code;
        this.reason = reason;
        this.explanation = explanation;
    }

    public byte code() {
        return (byte) code;
    }

    public ConnectionRejection reason() {
        return reason;
    }

    /** To the one who is refused, about the one who refuses. */
    String explanation() {
        return explanation;
    }

    static Optional<Refusal> ofCode(byte code) {
        return Arrays.stream(values()).filter(refusal -> refusal.code == code).findFirst();
    }

    static Optional<Refusal> of(ConnectionRejection reason) {
        return Arrays.stream(values())
                .filter(refusal -> refusal.reason == reason)
                .findFirst();
    }
}
