package org.tagma.replica.trace;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A whole trace in memory: of one simulation, or of several replicas, merged. Immutable.
 *
 * @see TraceReader
 */
public final class Trace {

    /** The receiver's events end before it arrived, or it was lost where nobody saw it. */
    public static final String NOT_SEEN = "never seen to arrive";

    /** The receiver's events are not in the trace. */
    public static final String NOT_RECORDED = "the receiver kept no trace";

    /**
     * A sent frame that never arrived at one of its receivers.
     *
     * @param sending the position of the event
     * @param why what happened to it, {@link #NOT_SEEN} or {@link #NOT_RECORDED}
     */
    public record Loss(int sending, String to, String why) {}

    private final List<String> processes;
    private final boolean wallTime;
    private final String about;
    private final List<TraceEvent> events;
    private final List<int[]> positions;
    private final Map<String, Integer> numbers;
    private final List<Loss> losses;
    private final List<String> remarks;

    Trace(
            TraceLine.Header header,
            Map<String, Integer> numbers,
            List<TraceEvent> events,
            List<int[]> positions,
            List<Loss> losses,
            List<String> remarks) {
        this.processes = header.processes();
        this.wallTime = header.wallTime();
        this.about = header.about();
        this.numbers = Map.copyOf(numbers);
        this.events = List.copyOf(events);
        this.positions = List.copyOf(positions);
        this.losses = List.copyOf(losses);
        this.remarks = List.copyOf(remarks);
    }

    /** Whose events are in it. */
    public List<String> processes() {
        return processes;
    }

    /** Whether times are of wall clocks, each process's own, and not virtual time. */
    public boolean isWallTime() {
        return wallTime;
    }

    /** What was run, for people. */
    public String about() {
        return about;
    }

    /** All events, causes before effects, by time where the causes leave a choice. */
    public List<TraceEvent> events() {
        return events;
    }

    /** The event with this name. */
    public Optional<TraceEvent> event(EventId id) {
        Integer process = numbers.get(id.process());
        return process == null || id.index() < 1 || id.index() > positions.get(process).length
                ? Optional.empty()
                : Optional.of(event(process, id.index()));
    }

    /** How many events a process has. */
    public int eventsOf(int process) {
        return positions.get(process).length;
    }

    /** The event of a process with this index, from 1. */
    public TraceEvent event(int process, int index) {
        return events.get(positions.get(process)[index - 1]);
    }

    /** Frames that did not arrive where they were sent. */
    public List<Loss> losses() {
        return losses;
    }

    /** What a reader should know about the files, such as that one ends in the middle of a line. */
    public List<String> remarks() {
        return remarks;
    }
}
