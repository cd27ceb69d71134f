package org.tagma.replica.trace;

import java.util.List;

/** One line of a trace file. Texts that a line does not have are empty. Immutable. */
sealed interface TraceLine {

    /**
     * Begins a file, and in the file of a replica each of its incarnations.
     *
     * @param version of the format
     * @param wallTime whether times are microseconds since 1970, and not since the start of a simulation
     * @param processes whose events the file holds; vector clocks have their entries in this order
     * @param about what was run, for people
     */
    record Header(int version, boolean wallTime, List<String> processes, String about) implements TraceLine {
        public Header {
            processes = List.copyOf(processes);
        }
    }

    /**
     * An event.
     *
     * @param micros when, on the clock that the header says
     * @param type of a message, as in the schema
     * @param summary in a few words
     * @param to the receivers, of a sending
     * @param cause the sending, of a receipt in a simulation
     * @param from the sender, of a receipt elsewhere
     * @param frame stands for the bytes, where receipts have to be matched with sendings by them
     * @param remark what became of a receipt, if not the usual: duplicate, damaged, rejected and why
     * @param state the hash of the protocol's state, if it is another one than at the event before
     * @param clock the vector clock, or none where only one process is in the file
     */
    record Happened(
            EventId id,
            long micros,
            EventKind kind,
            String type,
            String summary,
            List<String> to,
            String cause,
            String from,
            String frame,
            String remark,
            String state,
            List<Integer> clock)
            implements TraceLine {
        public Happened {
            to = List.copyOf(to);
            clock = List.copyOf(clock);
        }
    }

    /** A sent frame will not arrive at one of its receivers, and why. */
    record Lost(EventId sending, String to, long micros, String why) implements TraceLine {}

    /** The writer reached its limit: what happened after this is not in the file. */
    record Cut(long micros) implements TraceLine {}
}
