package org.tagma.replica.trace;

import java.util.Locale;
import java.util.Optional;

/** What an event is. The names in lower case are those of the file format. */
public enum EventKind {
    /** A frame left, for one receiver or several. */
    SEND,
    /** A frame arrived, whatever became of it. */
    RECEIVE,
    /** A replica began an incarnation. */
    START,
    /** A replica was stopped without warning. */
    CRASH,
    /** A replica stopped for good, by itself. */
    HALT,
    /** Nothing happens at a process for a while. */
    PAUSE,
    /** It goes on. */
    RESUME,
    /** Records became durable. */
    PERSIST,
    /** A batch took its place in the order. */
    COMMIT,
    /** A batch was executed. */
    EXECUTE,
    /** The state was digested. */
    CHECKPOINT,
    /** A fetched state replaced the state. */
    INSTALL,
    /** The view or term, its leader or what the replica is doing changed. */
    VIEW,
    /** The protocol had something to say to its operator. */
    NOTE,
    /** Another replica was seen to misbehave. */
    EVIDENCE,
    /** A client began an operation. */
    CALL,
    /** An operation of a client ended. */
    RETURN;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Its name in a file. */
    public String label() {
        return label;
    }

    static Optional<EventKind> of(String label) {
        for (EventKind kind : values()) {
            if (kind.label.equals(label)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
