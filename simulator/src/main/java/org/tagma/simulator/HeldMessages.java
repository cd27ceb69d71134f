package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.protocol.Message;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.NestedVerifier;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.kernel.EventQueue;
import org.tagma.simulator.kernel.FixedVerdict;

/**
 * Messages that an {@link Adversary} keeps on their way. Each arrives after a finite time, but no time is long enough
 * for all of them. Not thread-safe.
 */
public final class HeldMessages {

    private static final long LOOK_EVERY_MICROS = 5_000;

    /** The network reads messages as their receivers would, who check what they say. */
    private static final NestedVerifier READER = new FixedVerdict(true);

    /** A frame with the copies of it that were sent since: they arrive together. */
    private static final class Held {
        final long sinceMicros;
        final Runnable arrival;
        int copies = 1;

        Held(long sinceMicros, Runnable arrival) {
            this.sinceMicros = sinceMicros;
            this.arrival = arrival;
        }
    }

    private final Adversary adversary;
    private final EventQueue queue;
    private final MessageCodec codec;
    private final List<SimulatedReplica> receivers;
    /** For each receiver what waits for it to leave a view or term. */
    private final List<TreeMap<Long, Map<ByteString, Held>>> waiting = new ArrayList<>();

    private boolean stopped;
    private long heldInAll;
    private long longestMicros;

    HeldMessages(Adversary adversary, EventQueue queue, MessageCodec codec, List<SimulatedReplica> receivers) {
        this.adversary = adversary;
        this.queue = queue;
        this.codec = codec;
        this.receivers = receivers;
    }

    /** Begins to look whether something may go on. */
    void start() {
        receivers.forEach(receiver -> waiting.add(new TreeMap<>()));
        look();
    }

    private void look() {
        if (!stopped) {
            receivers.forEach(this::release);
            queue.after(LOOK_EVERY_MICROS, this::look);
        }
    }

    /** Whether the network is still asynchronous. */
    public boolean isActive() {
        return !stopped;
    }

    /** From now on nothing is held, and what is held arrives. */
    void stop() {
        stopped = true;
        receivers.forEach(this::release);
    }

    /** Takes a frame that is about to arrive; it arrives at once if the adversary has nothing against it. */
    void pass(ByteString frame, SimulatedReplica receiver, Runnable arrival) {
        long decisiveIn = stopped ? Adversary.HARMLESS : decisiveIn(frame);
        if (decisiveIn != Adversary.HARMLESS && decisiveIn >= viewOf(receiver)) {
            heldInAll++;
            waiting.get(receiver.id())
                    .computeIfAbsent(decisiveIn, view -> new LinkedHashMap<>())
                    .merge(frame, new Held(queue.nowMicros(), arrival), (first, again) -> {
                        first.copies++;
                        return first;
                    });
        } else {
            arrival.run();
        }
    }

    /** What nobody can read decides nothing. */
    private long decisiveIn(ByteString frame) {
        Optional<Envelope> envelope = MessageCodec.parseEnvelope(frame).asOptional();
        Optional<? extends Message> message =
                envelope.flatMap(each -> codec.decode(each, READER).asOptional());
        return message.isPresent() ? adversary.decisiveIn(message.get()) : Adversary.HARMLESS;
    }

    /** One that is down gets everything, and takes nothing. */
    private long viewOf(SimulatedReplica receiver) {
        return stopped || !receiver.isUp() ? Long.MAX_VALUE : receiver.status().view();
    }

    private void release(SimulatedReplica receiver) {
        Map<Long, Map<ByteString, Held>> left = waiting.get(receiver.id()).headMap(viewOf(receiver), false);
        List<Held> arriving = new ArrayList<>();
        left.values().forEach(messages -> arriving.addAll(messages.values()));
        left.clear();
        for (Held each : arriving) {
            longestMicros = Math.max(longestMicros, queue.nowMicros() - each.sinceMicros);
            for (int copy = 0; copy < each.copies; copy++) {
                each.arrival.run();
            }
        }
    }

    /** How many messages were held, so far. */
    public long heldInAll() {
        return heldInAll;
    }

    /** The longest time, in milliseconds, for which one was held that has arrived since. */
    public long longestMillis() {
        return longestMicros / 1000;
    }
}
