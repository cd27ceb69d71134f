package org.tagma.simulator.workload;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * An operation on one of a set of named registers. Client and index make each operation unlike every other, so that the
 * checkers can tell whose it is and whether it is executed twice.
 *
 * <p>Immutable.
 *
 * @param client who issued it
 * @param index which of its operations, from 0
 * @param key the register's name
 * @param argument the new value; for ADD a number; empty for GET
 * @param expected what the register must hold for a CAS to take effect; empty otherwise
 */
public record RegisterOperation(int client, int index, Kind kind, String key, String argument, String expected) {

    /** A register that was never written. */
    public static final String UNSET = "";

    /** What can be done. */
    public enum Kind {
        /** Returns the value. */
        GET,
        /** Sets it; returns the value before. */
        PUT,
        /** Sets it if it is as expected; returns "ok" or "no". */
        CAS,
        /** Appends to it, which does not commute, so that order and repetition show; returns the value after. */
        APPEND
    }

    /** What an operation does to a register. */
    public record Effect(String value, String result) {}

    /** The register's sequential specification. */
    public Effect applyTo(String value) {
        return switch (kind) {
            case GET -> new Effect(value, value);
            case PUT -> new Effect(argument, value);
            case CAS -> value.equals(expected) ? new Effect(argument, "ok") : new Effect(value, "no");
            case APPEND -> {
                // Only the last part is kept, so that states stay small however long a run is.
                String longer = value + argument;
                String kept = longer.substring(Math.max(0, longer.length() - 40));
                yield new Effect(kept, kept);
            }
        };
    }

    /** Its bytes. */
    public ByteString encode() {
        return ByteString.copyFromUtf8(String.join(
                "|", Integer.toString(client), Integer.toString(index), kind.name(), key, argument, expected, "."));
    }

    /** Reads what {@link #encode} wrote; empty for anything else. */
    public static Optional<RegisterOperation> decode(ByteString bytes) {
        String[] parts = bytes.toStringUtf8().split("\\|", -1);
        if (parts.length != 7) {
            return Optional.empty();
        }
        try {
            return Optional.of(new RegisterOperation(
                    Integer.parseInt(parts[0]),
                    Integer.parseInt(parts[1]),
                    Kind.valueOf(parts[2]),
                    parts[3],
                    parts[4],
                    parts[5]));
        } catch (IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return client + "." + index + " " + kind + " " + key + (kind == Kind.CAS ? " " + expected + "->" : " ")
                + argument;
    }
}
