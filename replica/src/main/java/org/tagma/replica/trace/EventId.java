package org.tagma.replica.trace;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of an event: the process it happened at and the how manyth there it was, as in {@code r0:152}.
 *
 * @param process {@code r} or {@code c} (replica or client) and its number
 * @param index from 1; also the process's own entry in the event's vector clock
 */
public record EventId(String process, int index) {

    private static final Pattern PROCESS = Pattern.compile("[rc]\\d{1,9}");
    private static final Pattern NAME = Pattern.compile("([rc]\\d{1,9}):([1-9]\\d{0,8})");

    /** The name of a replica's process. */
    public static String replica(int id) {
        return "r" + id;
    }

    /** The name of a client's process. */
    public static String client(int id) {
        return "c" + id;
    }

    /** Reads a name such as {@code r0:152}; empty if it is none. */
    public static Optional<EventId> parse(String text) {
        Matcher matcher = NAME.matcher(text);
        return matcher.matches()
                ? Optional.of(new EventId(matcher.group(1), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Whether a text names a process. */
    static boolean isProcess(String text) {
        return PROCESS.matcher(text).matches();
    }

    @Override
    public String toString() {
        return process + ":" + index;
    }
}
