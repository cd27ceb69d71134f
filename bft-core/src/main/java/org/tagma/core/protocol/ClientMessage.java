package org.tagma.core.protocol;

import com.google.protobuf.ByteString;

/** What clients and replicas say to each other, whatever the protocol. A {@link Request} is the third of these. */
public sealed interface ClientMessage extends Message {

    /**
     * Asks for a read that skips ordering; never changes the state.
     *
     * @param number the client's own, not related to those of requests
     */
    record Query(SessionId session, long number, ByteString operation) implements ClientMessage {}

    /**
     * A replica's answer. Two replies match if they agree in everything but {@code replica}, {@code view},
     * {@code primary} and, if they answer a query, {@code since} and {@code until}, which must overlap.
     *
     * @param replica who answers
     * @param view the view, or Raft's term, that it is in
     * @param primary who leads in it as far as the replica knows: PBFT's primary, Raft's leader; -1 if it knows of none
     * @param session whose request it answers
     * @param kind which numbering {@code number} belongs to
     * @param number the number of the request or query
     * @param status how it went
     * @param result output of the state machine, or, by status, what {@link ReplyStatus} says
     * @param since of a query that was answered: this was the answer after each batch from this one on, up to
     *     {@code until}, the last that the replica has executed; 0 in any other reply
     */
    record Reply(
            int replica,
            long view,
            int primary,
            SessionId session,
            RequestKind kind,
            long number,
            ReplyStatus status,
            ByteString result,
            long since,
            long until)
            implements ClientMessage {

        /** An answer to which no batches belong. */
        public Reply(
                int replica,
                long view,
                int primary,
                SessionId session,
                RequestKind kind,
                long number,
                ReplyStatus status,
                ByteString result) {
            this(replica, view, primary, session, kind, number, status, result, 0, 0);
        }
    }

    /** The numberings of one session. */
    enum RequestKind {
        /** Exactly-once requests: consecutive. */
        FIFO,
        /** At-most-once and at-least-once requests: increasing. */
        UNORDERED,
        /** Queries. */
        QUERY;

        /** The numbering that requests of these semantics share. */
        public static RequestKind of(RetrySemantics semantics) {
            return semantics.isFifo() ? FIFO : UNORDERED;
        }
    }

    /** How a request went. */
    enum ReplyStatus {
        /** Executed; the result is the state machine's. */
        OK(true),
        /**
         * The state machine refused the operation; the result is a stable code and a message, see OperationRejected.
         */
        REJECTED(true),
        /** The state machine threw; the result is the stable code. The number is used up. */
        FAILED(true),
        /**
         * No such session: it is older than the client's newest, or was evicted. The result is two numbers of 8 bytes:
         * the client's newest session, and the highest that was ever evicted; a session above the latter was never
         * opened.
         */
        SESSION_EXPIRED(true),
        /** An at-most-once or at-least-once number that is not above the last one used; it was not executed now. */
        STALE_NUMBER(true),
        /** Executed once, so long ago that the reply is no longer kept. */
        REPLY_EVICTED(true),
        /** This replica has too much to do and did not take the request. */
        OVERLOADED(false),
        /** The number is too far ahead of what was executed. */
        OUT_OF_WINDOW(false),
        /** This replica cannot answer reads now (it is catching up); ask another, or order the query instead. */
        UNAVAILABLE(false),
        /** This replica knows of nobody who could order the request; ask again later, or elsewhere. */
        NO_LEADER(false),
        /**
         * This replica does not take the request without a signature. The result is the request's digest and, in 8
         * bytes, for how many milliseconds new ones need signatures here.
         */
        SIGNATURE_NEEDED(false);

        private final boolean agreed;

        ReplyStatus(boolean agreed) {
            this.agreed = agreed;
        }

        /**
         * Whether it is output of the replicated state, the same on every correct replica, and not one replica's own
         * condition.
         */
        public boolean isAgreed() {
            return agreed;
        }
    }
}
