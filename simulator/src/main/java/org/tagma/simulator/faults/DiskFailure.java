package org.tagma.simulator.faults;

import java.io.IOException;

/** A simulated disk has failed, as a run wanted it to. */
public final class DiskFailure extends IOException {
    private static final long serialVersionUID = 1;

    public DiskFailure(DiskFault fault) {
        super(fault.text());
    }

    /** Whether a replica stopped for such a failure, and not for a mistake of its own. */
    public static boolean isCauseOf(Throwable stop) {
        return stop instanceof DiskFailure || stop != null && stop.getCause() instanceof DiskFailure;
    }
}
