package org.tagma.replica;

/** The replica's idea of the time of day. */
@FunctionalInterface
public interface Clock {

    /** Milliseconds since 1970. May jump; protocols bound what they make of it. */
    long wallMillis();
}
