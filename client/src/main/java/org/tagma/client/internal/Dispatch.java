package org.tagma.client.internal;

import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.internal.PendingRequest.Attempt;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.Receivers;

/** Sends requests to the replicas that the policy names, and says when to send them again. Not thread-safe. */
public final class Dispatch {

    private final ClientPolicy policy;
    private final ClientOptions options;
    private final SessionBook sessions;
    private final ClientCounters counters;
    private final RandomGenerator jitter;

    public Dispatch(
            ClientPolicy policy,
            ClientOptions options,
            SessionBook sessions,
            ClientCounters counters,
            RandomGenerator jitter) {
        this.policy = policy;
        this.options = options;
        this.sessions = sessions;
        this.counters = counters;
        this.jitter = jitter;
    }

    /** Sends a request that has a number now. */
    public void first(PendingRequest request, long now) {
        counters.count(ClientCounter.SENT);
        request.repetitions = 0;
        request.backOffMillis = options.retryMillis();
        request.retryAt = request.isRepeatable() ? now + request.backOffMillis : PendingRequest.NEVER;
        Session session = request.newestAttempt().session();
        transmit(request, policy.firstReceivers(request.semantics, session.connected));
        request.forgetRefusals();
    }

    /**
     * Sends a request again that was not answered in time.
     *
     * @param oldest whether no request waits longer
     */
    public void again(PendingRequest request, boolean oldest, long now) {
        counters.count(ClientCounter.RETRANSMITTED);
        request.repetitions++;
        BitSet silent = (BitSet) request.receivers.clone();
        silent.andNot(request.refusedLatelyBy);
        transmit(request, policy.nextReceivers(silent, request.repetitions));
        request.forgetRefusals();
        long longest = oldest ? policy.longestProbeMillis() : ClientOptions.MAX_RETRY_MILLIS;
        request.backOffMillis = Math.min(longest, 2 * request.backOffMillis);
        long half = request.backOffMillis / 2;
        request.retryAt = request.isRepeatable()
                ? now + request.backOffMillis - half + jitter.nextLong(half + 1)
                : PendingRequest.NEVER;
    }

    /** Sends a request to the leader if it went elsewhere. */
    public void follow(PendingRequest request) {
        if (request.isRepeatable() && policy.follows(request.receivers)) {
            counters.count(ClientCounter.RETRANSMITTED);
            transmit(request, Receivers.only(policy.leader()));
        }
    }

    /** A replica did not take a request because it knows of nobody who leads. */
    public void strandedAt(int replica, PendingRequest request, long now) {
        request.strandedAt.set(replica);
        if (request.receivers.cardinality() == 1) {
            // If it was not itself the one that refused, it passed the request on to that one, and forgot it.
            request.strandedAt.or(request.receivers);
        }
        BitSet mayHaveTaken = (BitSet) request.receivers.clone();
        mayHaveTaken.andNot(request.strandedAt);
        if (mayHaveTaken.isEmpty()) {
            policy.redirect(request.strandedAt)
                    .ifPresentOrElse(elsewhere -> redirect(request, elsewhere), () -> askSoon(request, now));
        }
    }

    private void redirect(PendingRequest request, int replica) {
        counters.count(ClientCounter.RETRANSMITTED);
        transmit(request, Receivers.only(replica));
    }

    /** Nobody leads: an election is under way, which takes no longer than a retry or two. */
    private void askSoon(PendingRequest request, long now) {
        long pause = Math.max(1, options.retryMillis() / 2);
        request.retryAt = Math.min(request.retryAt, now + pause + jitter.nextLong(pause));
    }

    private void transmit(PendingRequest request, BitSet receivers) {
        request.receivers = receivers;
        Attempt attempt = request.newestAttempt();
        sessions.send(attempt.session(), receivers, attempt.frame());
    }
}
