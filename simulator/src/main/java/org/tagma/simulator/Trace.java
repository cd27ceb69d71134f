package org.tagma.simulator;

/**
 * What happened in a run, one line an event: virtual time in microseconds, where, what, and the hash of the protocol's
 * state afterwards. Two runs of one scenario and seed give equal traces.
 *
 * <p>Not thread-safe.
 */
final class Trace {

    private final StringBuilder lines;

    private Trace(StringBuilder lines) {
        this.lines = lines;
    }

    /** Keeps nothing, and costs nothing. */
    static Trace off() {
        return new Trace(null);
    }

    /** Keeps everything. */
    static Trace on() {
        return new Trace(new StringBuilder());
    }

    boolean isOn() {
        return lines != null;
    }

    void add(long micros, String where, String what, long stateHash) {
        if (lines != null) {
            lines.append(micros)
                    .append(' ')
                    .append(where)
                    .append(": ")
                    .append(what)
                    .append(" -> ")
                    .append(Long.toHexString(stateHash))
                    .append('\n');
        }
    }

    /** All lines so far. */
    String text() {
        return lines == null ? "" : lines.toString();
    }
}
