package org.tagma.replica.engine;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.ClockMessage.ClockAnswer;
import org.tagma.core.protocol.ClockMessage.ClockProbe;
import org.tagma.protocol.CodecLimits;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.threads.Clock;

/**
 * How far the clocks of the other replicas are from this one's: each is asked for its time now and then, and the answer
 * is taken to be as old as half the time that it took (Cristian 1989). It is for people only; a malicious replica may
 * lie about its clock as about all else. Thread-safe.
 */
public final class ClockOffsets {

    private static final Logger LOG = LoggerFactory.getLogger(ClockOffsets.class);

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long WARN_INTERVAL_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Of the tolerance: from here on it is worth a warning. */
    private static final int WARN_PART = 10;

    private static final long NEVER = Long.MIN_VALUE;

    /** One other replica's clock. */
    private static final class Peer {
        private long nonce;
        private long askedNanos = NEVER;
        private long askedMillis;
        private long answeredNanos = NEVER;
        private long warnedNanos = NEVER;
        private boolean known;
        private long offsetMillis;
        private long uncertaintyMillis;

        /** As far as is certain: 0 if they may agree. */
        long leastOffsetMillis() {
            return known ? Math.max(0, Math.abs(offsetMillis) - uncertaintyMillis) : 0;
        }
    }

    private final MessageSealer sealer;
    private final Outbound outbound;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final long toleranceMillis;
    private final String name;
    private final Peer[] peers;
    private long askedNanos = NEVER;
    private long nonce;

    /**
     * Nothing measured yet.
     *
     * @param toleranceMillis how far clocks may be apart before proposals are refused
     * @param name of this replica, in logs
     */
    public ClockOffsets(
            MessageSealer sealer,
            Outbound outbound,
            Clock clock,
            LongSupplier nanoTime,
            int replicas,
            long toleranceMillis,
            String name) {
        this.sealer = sealer;
        this.outbound = outbound;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.toleranceMillis = toleranceMillis;
        this.name = name;
        this.peers = new Peer[replicas];
        for (int id = 0; id < replicas; id++) {
            peers[id] = new Peer();
        }
    }

    /** Asks all others, if it is time. */
    public synchronized void tick() {
        long now = nanoTime.getAsLong();
        if (askedNanos != NEVER && now - askedNanos < INTERVAL_NANOS) {
            return;
        }
        askedNanos = now;
        nonce = nonce == CodecLimits.MAX_COUNTER ? 0 : nonce + 1;
        for (int id = 0; id < peers.length; id++) {
            if (id != sealer.self()) {
                peers[id].nonce = nonce;
                peers[id].askedNanos = now;
                peers[id].askedMillis = clock.wallMillis();
                outbound.toReplica(id, sealer.frameFor(id, new ClockProbe(nonce)));
            }
        }
        outbound.flush();
    }

    /** Another replica asks or answers. */
    public synchronized void received(int sender, ClockMessage message) {
        if (message instanceof ClockProbe probe) {
            answer(sender, probe);
        } else {
            learn(sender, (ClockAnswer) message);
        }
    }

    /** No more often than a correct replica asks, give or take. */
    private void answer(int sender, ClockProbe probe) {
        Peer peer = peers[sender];
        long now = nanoTime.getAsLong();
        if (peer.answeredNanos == NEVER || now - peer.answeredNanos >= INTERVAL_NANOS / 2) {
            peer.answeredNanos = now;
            outbound.toReplica(sender, sealer.frameFor(sender, new ClockAnswer(probe.nonce(), clock.wallMillis())));
            outbound.flush();
        }
    }

    private void learn(int sender, ClockAnswer answer) {
        Peer peer = peers[sender];
        long now = nanoTime.getAsLong();
        if (peer.askedNanos == NEVER || answer.nonce() != peer.nonce) {
            return;
        }
        long halfMillis = TimeUnit.NANOSECONDS.toMillis(now - peer.askedNanos) / 2;
        peer.askedNanos = NEVER;
        peer.known = true;
        peer.uncertaintyMillis = halfMillis + 1;
        peer.offsetMillis = answer.timeMillis() - (peer.askedMillis + halfMillis);
        boolean warnedLately = peer.warnedNanos != NEVER && now - peer.warnedNanos < WARN_INTERVAL_NANOS;
        if (peer.leastOffsetMillis() * WARN_PART >= toleranceMillis && !warnedLately) {
            peer.warnedNanos = now;
            LOG.warn("{}: {}: set the clocks, for instance with NTP", name, describe(sender, peer));
        }
    }

    private String describe(int id, Peer peer) {
        return "the clock of replica " + id + " is " + Math.abs(peer.offsetMillis) + " ms "
                + (peer.offsetMillis > 0 ? "ahead of" : "behind") + " this one's (tolerated are " + toleranceMillis
                + " ms)";
    }

    /** Which clocks are so far away that proposals may be refused for it; empty if none. */
    public synchronized Optional<String> beyondTolerance() {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < peers.length; id++) {
            if (peers[id].leastOffsetMillis() > toleranceMillis) {
                text.append(text.isEmpty() ? "" : ", and ").append(describe(id, peers[id]));
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }

    /** Why a proposal of a replica may have been refused for its time, as far as its clock is known. */
    public synchronized String whyRefused(int replica) {
        Peer peer = peers[replica];
        if (!peer.known) {
            return "its clock has not been measured yet";
        }
        return Math.abs(peer.offsetMillis) + peer.uncertaintyMillis > toleranceMillis
                ? describe(replica, peer)
                : "its clock is not the reason (" + Math.abs(peer.offsetMillis) + " ms "
                        + (peer.offsetMillis > 0 ? "ahead of" : "behind") + " this one's, tolerated are "
                        + toleranceMillis + " ms): the proposal was made long ago, or does not bear the time of that"
                        + " clock";
    }

    /** How far ahead of this one each clock is, in milliseconds; 0 if it was not measured. */
    public synchronized long offsetMillis(int replica) {
        return peers[replica].offsetMillis;
    }

    /** For the status: the offset of each clock measured, the tolerance, and a line if one is too far away. */
    public synchronized Map<String, Object> values() {
        Map<String, Object> values = new TreeMap<>();
        for (int id = 0; id < peers.length; id++) {
            if (peers[id].known) {
                values.put("clockOffsetMillis." + id, peers[id].offsetMillis);
            }
        }
        values.put("maxClockSkewMillis", toleranceMillis);
        values.put("clocks", beyondTolerance().orElse(""));
        return values;
    }
}
