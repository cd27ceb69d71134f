package org.tagma.replica.threads;

import java.util.concurrent.TimeUnit;

/** A replica's idea of time. */
@FunctionalInterface
public interface Clock {

    /** Milliseconds since 1970. May jump; protocols bound what they make of it. */
    long wallMillis();

    /** Milliseconds since some moment. Nobody sets it; but it may stand still while the machine is suspended. */
    default long elapsedMillis() {
        return wallMillis();
    }

    /** The clocks of this machine. */
    static Clock ofMachine() {
        return new Clock() {
            @Override
            public long wallMillis() {
                return System.currentTimeMillis();
            }

            @Override
            public long elapsedMillis() {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            }
        };
    }
}
