package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.tagma.core.protocol.Protocol;
import org.tagma.replica.engine.EngineListener;
import org.tagma.replica.trace.EventId;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.EventLog;
import org.tagma.replica.trace.EventLog.Sent;
import org.tagma.replica.trace.ReplicaTracer;
import org.tagma.replica.trace.TraceWriter;

/**
 * Records a run as a trace, if one is wanted; costs nothing otherwise. Nodes are numbered as in the network: replicas
 * first, clients after them. Two runs of one scenario and seed give equal traces.
 *
 * <p>Not thread-safe.
 */
public final class Recorder {

    /** Older frames of a link by which one that is replayed is recognised. */
    private static final int REMEMBERED = 32;

    /** A frame that was sent, and what the trace knows of it. */
    private record Known(ByteString frame, Sent sent) {}

    /** A frame that the network is just being given. */
    private record Leaving(Known known, int to, ArrayDeque<Known> older) {}

    private final Optional<EventLog> log;
    private final int replicas;
    private final List<String> names = new ArrayList<>();
    private final Map<Integer, ArrayDeque<Known>> links = new HashMap<>();
    private Optional<Leaving> leaving = Optional.empty();
    private long dropped;

    private Recorder(Optional<TraceWriter> out, EventQueue queue, int replicas, int clients, String about) {
        this.replicas = replicas;
        for (int id = 0; id < replicas; id++) {
            names.add(EventId.replica(id));
        }
        for (int id = 0; id < clients; id++) {
            names.add(EventId.client(id));
        }
        this.log = out.map(writer -> EventLog.ofSimulation(writer, queue::nowMicros, names, about));
    }

    /**
     * Records to a writer, or nothing if there is none.
     *
     * @param about what is run, for people
     */
    public static Recorder of(Optional<TraceWriter> out, EventQueue queue, int replicas, int clients, String about) {
        return new Recorder(out, queue, replicas, clients, about);
    }

    private boolean isOn() {
        return log.isPresent();
    }

    /**
     * A frame is given to the network. {@link #hasLeft} is to be called when it has it.
     *
     * @param isThere whether the receiver is up when it arrives
     * @param receiver takes what arrives
     * @return the receiver, and what arrives is recorded
     */
    public Consumer<ByteString> leaves(
            int from, int to, ByteString frame, BooleanSupplier isThere, Consumer<ByteString> receiver) {
        if (log.isEmpty()) {
            return receiver;
        }
        EventLog trace = log.get();
        Known known = new Known(frame, trace.sends(from, names.get(to), frame));
        ArrayDeque<Known> older = links.computeIfAbsent(from * names.size() + to, link -> new ArrayDeque<>());
        leaving = Optional.of(new Leaving(known, to, older));
        return new Consumer<>() {
            private boolean arrived;

            @Override
            public void accept(ByteString arriving) {
                if (isThere.getAsBoolean()) {
                    arrives(known, older, arrived, from, to, arriving);
                    arrived |= isSame(arriving, known.frame());
                } else if (!arrived) {
                    trace.loses(known.sent(), names.get(to), "the receiver is down");
                }
                receiver.accept(arriving);
            }
        };
    }

    /** The network has taken the frame, or lost it: that it tells by how many it has lost in all. */
    public void hasLeft(long droppedInAll) {
        if (leaving.isPresent()) {
            Leaving frame = leaving.get();
            if (droppedInAll > dropped) {
                log.orElseThrow().loses(frame.known().sent(), names.get(frame.to()), "lost by the network");
            }
            frame.older().addLast(frame.known());
            if (frame.older().size() > REMEMBERED) {
                frame.older().removeFirst();
            }
            leaving = Optional.empty();
        }
        dropped = droppedInAll;
    }

    private void arrives(
            Known known, ArrayDeque<Known> older, boolean isSecond, int from, int to, ByteString arriving) {
        EventLog trace = log.orElseThrow();
        if (isSame(arriving, known.frame())) {
            trace.receives(to, known.sent(), isSecond ? "duplicate" : "");
            return;
        }
        for (Known each : older) {
            if (isSame(arriving, each.frame())) {
                trace.receives(to, each.sent(), "replayed");
                return;
            }
        }
        if (isOneBitApart(arriving, known.frame())) {
            trace.receives(to, known.sent(), "damaged");
            return;
        }
        for (Known each : older) {
            if (isOneBitApart(arriving, each.frame())) {
                trace.receives(to, each.sent(), "replayed, damaged");
                return;
            }
        }
        trace.receivesFrom(to, names.get(from), arriving);
        trace.remark(to, "forged");
    }

    /** The network hands on the very object, or one it made. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(ByteString arriving, ByteString sent) {
        return arriving == sent;
    }

    private static boolean isOneBitApart(ByteString a, ByteString b) {
        int bits = 0;
        for (int i = 0; a.size() == b.size() && i < a.size() && bits < 2; i++) {
            bits += Integer.bitCount((a.byteAt(i) ^ b.byteAt(i)) & 0xff);
        }
        return a.size() == b.size() && bits == 1;
    }

    /** The frame that just arrived at a node is not believed. */
    public void refused(int node, Object reason) {
        log.ifPresent(trace -> trace.remark(node, "refused: " + reason));
    }

    /** Something happens at a replica. */
    public void atReplica(int id, EventKind kind, String what) {
        log.ifPresent(trace -> trace.happens(id, kind, what));
    }

    /** Something happens at a client. */
    public void atClient(int id, EventKind kind, String what) {
        log.ifPresent(trace -> trace.happens(replicas + id, kind, what));
    }

    /** What records the inside of a replica's next incarnation, if anything does. */
    public Optional<ReplicaTracer> tracer(int replica) {
        return log.map(trace -> new ReplicaTracer(trace, replica));
    }

    public static Protocol around(Optional<ReplicaTracer> tracer, Protocol protocol) {
        return tracer.map(each -> each.around(protocol)).orElse(protocol);
    }

    public static EngineListener around(Optional<ReplicaTracer> tracer, EngineListener listener) {
        return tracer.map(each -> each.around(listener)).orElse(listener);
    }

    /** Writes what is left. */
    public void close() {
        if (isOn()) {
            try {
                log.get().close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
