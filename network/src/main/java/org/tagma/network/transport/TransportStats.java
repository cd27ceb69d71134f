package org.tagma.network.transport;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a transport did. Counters grow from 0 and are never reset; {@code connections} and {@code queuedBytes} are
 * gauges.
 *
 * <p>Thread-safe.
 */
public final class TransportStats {
    private final LongAdder framesIn = new LongAdder();
    private final LongAdder framesOut = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final LongAdder queuedBytes = new LongAdder();
    private final LongAdder[] dropped = adders(DropReason.values().length);
    private final LongAdder[] rejected = adders(ConnectionRejection.values().length);

    public TransportStats() {}

    /** Whole frames received from authenticated peers. */
    public long framesIn() {
        return framesIn.sum();
    }

    /** Frames handed to the operating system, or to the in-memory network. */
    public long framesOut() {
        return framesOut.sum();
    }

    /** Bytes of {@link #framesIn()}, length prefixes included. */
    public long bytesIn() {
        return bytesIn.sum();
    }

    /** Bytes of {@link #framesOut()}, length prefixes included. */
    public long bytesOut() {
        return bytesOut.sum();
    }

    /** Flushes of a connection with data: one write system call each, unless the socket's buffer is full. */
    public long writes() {
        return writes.sum();
    }

    /** Authenticated connections there are now. */
    public long connections() {
        return connections.sum();
    }

    /** Bytes that wait to be sent now, to all peers, with what the bookkeeping of each frame costs. */
    public long queuedBytes() {
        return queuedBytes.sum();
    }

    /** Outbound frames dropped for a reason. */
    public long dropped(DropReason reason) {
        return dropped[reason.ordinal()].sum();
    }

    /** Connections or inbound frames refused for a reason. */
    public long rejected(ConnectionRejection reason) {
        return rejected[reason.ordinal()].sum();
    }

    /**
     * All values by name, in a fixed order: {@code framesIn}, ..., {@code dropped.<reason>}, {@code rejected.<reason>}.
     */
    public Map<String, Long> snapshot() {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("framesIn", framesIn());
        values.put("framesOut", framesOut());
        values.put("bytesIn", bytesIn());
        values.put("bytesOut", bytesOut());
        values.put("writes", writes());
        values.put("connections", connections());
        values.put("queuedBytes", queuedBytes());
        for (DropReason reason : DropReason.values()) {
            values.put("dropped." + reason.label(), dropped(reason));
        }
        for (ConnectionRejection reason : ConnectionRejection.values()) {
            values.put("rejected." + reason.label(), rejected(reason));
        }
        return values;
    }

    public void countIn(int frameBytes) {
        framesIn.increment();
        bytesIn.add(frameBytes + (long) Framing.PREFIX_BYTES);
    }

    public void countOut(long frames, long bytes) {
        framesOut.add(frames);
        bytesOut.add(bytes);
    }

    public void countWrite() {
        writes.increment();
    }

    public void countDropped(DropReason reason) {
        dropped[reason.ordinal()].increment();
    }

    public void countDropped(DropReason reason, long frames) {
        dropped[reason.ordinal()].add(frames);
    }

    public void countRejected(ConnectionRejection reason) {
        rejected[reason.ordinal()].increment();
    }

    public void connectionsChanged(int difference) {
        connections.add(difference);
    }

    public void queuedChanged(long differenceBytes) {
        queuedBytes.add(differenceBytes);
    }

    private static LongAdder[] adders(int count) {
        LongAdder[] adders = new LongAdder[count];
        for (int i = 0; i < count; i++) {
            adders[i] = new LongAdder();
        }
        return adders;
    }
}
