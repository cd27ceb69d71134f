package org.tagma.protocol;

import java.util.BitSet;
import java.util.OptionalInt;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.RetrySemantics;

/**
 * What the protocol of the cluster makes of a client: how many equal replies it believes, whom it sends to. Everything
 * else about a client is the same under every protocol.
 *
 * <p>Implementations keep an estimate of who leads and are not thread-safe.
 */
public interface ClientPolicy {

    // ---- whom to believe ----

    /** How many replicas must give the same reply to an ordered request. */
    int replyQuorum();

    /** How many replicas must give the same answer, as of the same batch, to a query that skips ordering. */
    int queryQuorum();

    /** Whether these replicas convince of being overloaded. */
    boolean believesOverload(BitSet refusedBy);

    // ---- who leads ----

    /** An authentic reply says who leads. */
    void heard(Reply reply);

    /** A replica gave no answer in time, or its connection is gone. */
    void silent(int replica);

    /** The view, term or epoch that is believed. */
    long view();

    /** Whom to try first; nobody may be known to lead, and then it is a guess. */
    int leader();

    // ---- whom to send to ----

    /**
     * Who gets a new request.
     *
     * @param connected whom a connection reaches now
     */
    BitSet firstReceivers(RetrySemantics semantics, BitSet connected);

    /**
     * Who gets a request that was not answered in time.
     *
     * @param silent those of its last receivers that did not even refuse it
     * @param repetition from 1
     */
    BitSet nextReceivers(BitSet silent, int repetition);

    /** The longest time between repetitions of the oldest request, which is the first to find out whom to ask now. */
    long longestProbeMillis();

    /**
     * Who gets a request at once that these replicas did not take because they know of nobody who leads; empty if it
     * must wait.
     */
    OptionalInt redirect(BitSet refusedBy);

    /**
     * Whether a request that only these got should go to {@link #leader} at once, now that somebody is known to lead.
     */
    boolean follows(BitSet receivers);

    /**
     * Who gets a query, or gets it next.
     *
     * @param asked who got it before and has not answered it usefully; empty at first
     * @param connected whom a connection reaches now
     * @return empty if it must be ordered
     */
    BitSet queryReceivers(BitSet asked, BitSet connected);
}
