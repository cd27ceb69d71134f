package org.tagma.core.protocol;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;

/**
 * An operation that a client asks to have ordered and executed, authenticated by that client.
 *
 * <p>Immutable. The digest covers the payload, not the authenticator: two copies of one request that differ only in how
 * they are authenticated are one request.
 *
 * @param session who asks
 * @param number from 1; consecutive for {@link RetrySemantics#EXACTLY_ONCE}, increasing for the other two, which share
 *     a numbering of their own
 * @param semantics what a retry means
 * @param acknowledged its client has the replies of all exactly-once numbers of the session up to this one, and does
 *     not ask for them again; at least 0, below {@code number}, and 0 for requests that are not exactly-once
 * @param operation input of the state machine
 * @param payload the exact bytes that the client authenticated
 * @param authenticator the client's signature, or its vector of MACs, with its signature or without
 * @param digest SHA-256 of the payload
 * @param proof what convinced this replica that the client made it
 */
public record Request(
        SessionId session,
        long number,
        RetrySemantics semantics,
        long acknowledged,
        ByteString operation,
        ByteString payload,
        ByteString authenticator,
        Digest digest,
        RequestProof proof)
        implements Message {

    public Request {
        if (acknowledged < 0 || acknowledged > 0 && (!semantics.isFifo() || acknowledged >= number)) {
            throw new IllegalArgumentException("request " + number + " acknowledges " + acknowledged);
        }
    }

    /** A request with its digest computed; signed, unless told otherwise. */
    public static Request of(
            SessionId session,
            long number,
            RetrySemantics semantics,
            long acknowledged,
            ByteString operation,
            ByteString payload,
            ByteString authenticator) {
        return new Request(
                session,
                number,
                semantics,
                acknowledged,
                operation,
                payload,
                authenticator,
                Digest.of(payload),
                RequestProof.SIGNED);
    }

    /** The same request, of which this replica is convinced by something else. */
    public Request provedBy(RequestProof other) {
        return other == proof
                ? this
                : new Request(
                        session, number, semantics, acknowledged, operation, payload, authenticator, digest, other);
    }

    /** A request that acknowledges nothing. */
    public static Request of(
            SessionId session,
            long number,
            RetrySemantics semantics,
            ByteString operation,
            ByteString payload,
            ByteString authenticator) {
        return of(session, number, semantics, 0, operation, payload, authenticator);
    }

    /** What it weighs in a batch, in bytes. */
    public int size() {
        return payload.size() + authenticator.size();
    }

    /** Whether it is the same bytes: what proved it here is no part of it, and is not sent. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Request that
                && session.equals(that.session)
                && number == that.number
                && semantics == that.semantics
                && acknowledged == that.acknowledged
                && operation.equals(that.operation)
                && payload.equals(that.payload)
                && authenticator.equals(that.authenticator);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return session + "#" + number;
    }
}
