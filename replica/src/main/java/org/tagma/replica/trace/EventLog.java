package org.tagma.replica.trace;

import com.google.protobuf.ByteString;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.tagma.core.Digest;

/**
 * Where processes record what happens at them, in the order it happens. It numbers the events, keeps the vector clocks
 * where it sees all processes, and joins the sendings of one frame to several receivers into one event.
 *
 * <p>Thread-safe: events of several threads of a process are ordered as they are recorded, so a cause must be recorded
 * before its effect can begin.
 */
public final class EventLog implements Closeable {

    /** A frame on its way, as its receipt will want to know it. Immutable. */
    public static final class Sent {
        private final EventId id;
        private final String type;
        private final VectorClock clock;

        private Sent(EventId id, String type, VectorClock clock) {
            this.id = id;
            this.type = type;
            this.clock = clock;
        }
    }

    /** The event recorded last: not written yet, since it may be joined by more receivers, or a remark. */
    private static final class Pending {
        final int process;
        final EventId id;
        final long micros;
        final EventKind kind;
        final VectorClock clock;
        final List<String> to = new ArrayList<>();
        final List<TraceLine.Lost> losses = new ArrayList<>();
        String type = "";
        String summary = "";
        String cause = "";
        String from = "";
        String frame = "";
        String remark = "";
        ByteString bytes = ByteString.EMPTY;
        Sent sent;

        Pending(int process, EventId id, long micros, EventKind kind, VectorClock clock) {
            this.process = process;
            this.id = id;
            this.micros = micros;
            this.kind = kind;
            this.clock = clock;
        }
    }

    private final TraceWriter out;
    private final LongSupplier nowMicros;
    private final List<String> processes;
    private final boolean seesAll;
    private final Consumer<UncheckedIOException> onFailure;
    private final VectorClock[] clocks;
    private final long[] states;
    private final long[] writtenStates;
    private Pending pending;

    private EventLog(
            TraceWriter out,
            LongSupplier nowMicros,
            List<String> processes,
            boolean seesAll,
            Consumer<UncheckedIOException> onFailure) {
        this.out = out;
        this.nowMicros = nowMicros;
        this.processes = List.copyOf(processes);
        this.seesAll = seesAll;
        this.onFailure = onFailure;
        this.clocks = new VectorClock[processes.size()];
        Arrays.fill(clocks, VectorClock.zero(processes.size()));
        this.states = new long[processes.size()];
        this.writtenStates = new long[processes.size()];
    }

    /**
     * The log of a simulation, which sees all processes.
     *
     * @param nowMicros virtual time
     * @param about what is simulated, for people
     */
    public static EventLog ofSimulation(TraceWriter out, LongSupplier nowMicros, List<String> processes, String about) {
        EventLog log = new EventLog(out, nowMicros, processes, true, failure -> {
            throw failure;
        });
        log.begin(false, about);
        return log;
    }

    /**
     * The log of one incarnation of one process, which sees the frames of others and not their events.
     *
     * @param nowMicros microseconds since 1970
     * @param onFailure hears, once, that the trace cannot be written; the process goes on without
     */
    public static EventLog ofProcess(
            TraceWriter out,
            LongSupplier nowMicros,
            String process,
            String about,
            Consumer<UncheckedIOException> onFailure) {
        EventLog log = new EventLog(out, nowMicros, List.of(process), false, onFailure);
        log.begin(true, about);
        return log;
    }

    private void begin(boolean wallTime, String about) {
        guarded(() -> {
            out.write(new TraceLine.Header(TraceFormat.VERSION, wallTime, processes, about), nowMicros.getAsLong());
            out.flush();
        });
    }

    /** A frame leaves for one receiver. The same bytes object, given again at once for another, is the same event. */
    public synchronized Sent sends(int process, String to, ByteString frame) {
        long now = nowMicros.getAsLong();
        if (!isSameSending(process, to, frame, now)) {
            FrameSummary summary = FrameSummary.of(frame);
            Pending event = next(process, EventKind.SEND, now);
            event.type = summary.type();
            event.summary = summary.text();
            event.bytes = frame;
            event.frame = seesAll ? "" : fingerprint(frame);
            event.sent = new Sent(event.id, event.type, event.clock);
        }
        pending.to.add(to);
        return pending.sent;
    }

    @SuppressWarnings("ReferenceEquality") // Equal bytes sent twice are two sendings; one broadcast is one object.
    private boolean isSameSending(int process, String to, ByteString frame, long now) {
        return pending != null
                && pending.kind == EventKind.SEND
                && pending.process == process
                && pending.bytes == frame
                && (pending.micros == now || !seesAll)
                && !pending.to.contains(to);
    }

    /** What was sent arrives. The remark says if it is damaged, or comes once more; else it is empty. */
    public synchronized void receives(int process, Sent sent, String remark) {
        clocks[process] = clocks[process].merge(sent.clock);
        Pending event = next(process, EventKind.RECEIVE, nowMicros.getAsLong());
        event.type = sent.type;
        event.cause = sent.id.toString();
        event.remark = remark;
    }

    /** A frame arrives from a process whose events are not seen here. */
    public synchronized void receivesFrom(int process, String from, ByteString frame) {
        FrameSummary summary = FrameSummary.of(frame);
        Pending event = next(process, EventKind.RECEIVE, nowMicros.getAsLong());
        event.type = summary.type();
        event.summary = summary.text();
        event.from = from;
        event.frame = fingerprint(frame);
    }

    /** Something is to be said about the receipt that was recorded last, if it was at this process. */
    public synchronized void remark(int process, String remark) {
        if (pending != null && pending.process == process && pending.kind == EventKind.RECEIVE) {
            pending.remark += (pending.remark.isEmpty() ? "" : ", ") + remark;
        }
    }

    /** What was sent will not arrive at one of its receivers. */
    public synchronized void loses(Sent sent, String to, String why) {
        TraceLine.Lost lost = new TraceLine.Lost(sent.id, to, nowMicros.getAsLong(), why);
        if (pending != null) {
            pending.losses.add(lost);
        } else {
            guarded(() -> out.write(lost, lost.micros()));
        }
    }

    /** Something happens at a process that is no message. */
    public synchronized void happens(int process, EventKind kind, String summary) {
        next(process, kind, nowMicros.getAsLong()).summary = summary;
    }

    /** The hash of the protocol's state is this from now on. */
    public synchronized void stateIs(int process, long hash) {
        states[process] = hash;
    }

    /** Hands everything recorded so far to the file. */
    public synchronized void flush() {
        guarded(() -> {
            writePending();
            out.flush();
        });
    }

    /** Writes what is left and closes the file. */
    @Override
    public synchronized void close() throws IOException {
        flush();
        out.close();
    }

    private Pending next(int process, EventKind kind, long now) {
        guarded(this::writePending);
        clocks[process] = clocks[process].tick(process);
        EventId id = new EventId(processes.get(process), clocks[process].get(process));
        pending = new Pending(process, id, now, kind, clocks[process]);
        return pending;
    }

    private void writePending() {
        Pending event = pending;
        if (event == null) {
            return;
        }
        pending = null;
        out.write(lineOf(event), event.micros);
        event.losses.forEach(loss -> out.write(loss, loss.micros()));
    }

    private TraceLine lineOf(Pending event) {
        long state = states[event.process];
        boolean isNews = state != writtenStates[event.process];
        writtenStates[event.process] = state;
        List<Integer> clock = new ArrayList<>();
        for (int i = 0; seesAll && i < processes.size(); i++) {
            clock.add(event.clock.get(i));
        }
        return new TraceLine.Happened(
                event.id,
                event.micros,
                event.kind,
                event.type,
                event.summary,
                event.to,
                event.cause,
                event.from,
                event.frame,
                event.remark,
                isNews ? hex(state) : "",
                clock);
    }

    /** A hash of 32 bits does not need its sign written out. */
    private static String hex(long state) {
        return state == (int) state ? Integer.toHexString((int) state) : Long.toHexString(state);
    }

    private void guarded(Runnable write) {
        try {
            write.run();
        } catch (UncheckedIOException e) {
            onFailure.accept(e);
        }
    }

    private static String fingerprint(ByteString frame) {
        return Digest.of(frame).hex().substring(0, 16);
    }
}
