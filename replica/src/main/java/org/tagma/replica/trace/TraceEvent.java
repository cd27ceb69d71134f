package org.tagma.replica.trace;

import java.util.List;

/**
 * An event of a {@link Trace}. Texts that it does not have are empty. Immutable.
 *
 * @param position in {@link Trace#events}
 * @param process the number of its process in {@link Trace#processes}
 * @param micros when: virtual time from the start, or microseconds since 1970 by the process's own clock
 * @param type of the message, as in the schema, for {@link EventKind#SEND} and {@link EventKind#RECEIVE}
 * @param summary in a few words
 * @param to the receivers, of a sending
 * @param sender who sent it, of a receipt
 * @param cause the position of the sending, of a receipt; -1 if it is not in the trace
 * @param remark what became of a receipt, if not the usual
 * @param state the hash of the protocol's state, in hexadecimal
 * @param clock its vector clock
 */
public record TraceEvent(
        int position,
        EventId id,
        int process,
        long micros,
        EventKind kind,
        String type,
        String summary,
        List<String> to,
        String sender,
        int cause,
        String remark,
        String state,
        VectorClock clock) {

    public TraceEvent {
        to = List.copyOf(to);
    }

    /** What happened, in one line without when and where. */
    public String describe() {
        String what = switch (kind) {
            case SEND -> "sends " + type + " to " + String.join(", ", to);
            case RECEIVE -> "receives " + type + " from " + sender;
            default -> kind.label();
        };
        String more = summary.isEmpty() ? "" : " (" + summary + ")";
        return what + more + (remark.isEmpty() ? "" : ", " + remark);
    }
}
