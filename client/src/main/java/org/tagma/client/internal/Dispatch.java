package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.Receivers;

/** Sends requests to the replicas that the policy names, and says when to send them again. Not thread-safe. */
public final class Dispatch {

    /** For no longer is what a replica says about signatures believed. */
    private static final long LONGEST_SIGNING_MILLIS = 3_600_000;

    private final ClientPolicy policy;
    private final ClientWire wire;
    private final ClientOptions options;
    private final SessionBook sessions;
    private final ClientCounters counters;
    private final RandomGenerator jitter;
    /** By replica: until when new requests are signed for it. */
    private final long[] signUntil;

    public Dispatch(
            ClientPolicy policy,
            ClientWire wire,
            int replicas,
            ClientOptions options,
            SessionBook sessions,
            ClientCounters counters,
            RandomGenerator jitter) {
        this.policy = policy;
        this.wire = wire;
        this.signUntil = new long[replicas];
        Arrays.fill(signUntil, Long.MIN_VALUE);
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
        transmit(request, policy.firstReceivers(request.semantics, session.connected), now);
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
        transmit(request, policy.nextReceivers(silent, request.repetitions), now);
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

    /**
     * A replica does not take what is not signed. All that is under way in the session is signed and sent there; when
     * it is repeated stays as it was, so whoever asks for nothing but time gains none.
     */
    public void signatureNeeded(Session session, int replica, long forMillis, long now) {
        signUntil[replica] = now + Math.min(forMillis, LONGEST_SIGNING_MILLIS);
        BitSet there = Receivers.only(replica);
        for (Attempt attempt : session.unsigned()) {
            if (attempt.request().isHeld) {
                // It will be signed when there is room for it.
                continue;
            }
            counters.count(ClientCounter.RETRANSMITTED);
            attempt.request().receivers.or(there);
            sessions.send(session, there, attempt.frame(wire, there, true));
        }
    }

    /** Sends a request again, to others. */
    private void transmit(PendingRequest request, BitSet receivers) {
        transmit(request, receivers, true);
    }

    private void transmit(PendingRequest request, BitSet receivers, long now) {
        request.sentAt = now;
        boolean onlyLeader = receivers.equals(Receivers.only(policy.leader()));
        transmit(request, receivers, request.wasSent || !onlyLeader || now < signUntil[policy.leader()]);
    }

    /** What is never repeated, what was sent before, and what goes to others than the leader is signed. */
    private void transmit(PendingRequest request, BitSet receivers, boolean wantsSignature) {
        request.receivers = receivers;
        request.wasSent = true;
        Attempt attempt = request.newestAttempt();
        ByteString frame = attempt.frame(wire, receivers, wantsSignature || !request.isRepeatable());
        sessions.send(attempt.session(), receivers, frame);
    }
}
