package org.tagma.simulator.faults;

import java.util.EnumMap;
import java.util.Set;

/** Which faults of a disk are to come, and after how many more accesses of their kind. Not thread-safe. */
public final class DiskFaults {

    private final EnumMap<DiskFault, Integer> armed = new EnumMap<>(DiskFault.class);
    private boolean failed;

    /** The access after {@code successes} more of the kind that this fault strikes fails. */
    public void arm(DiskFault fault, int successes) {
        armed.put(fault, successes);
    }

    /** A new incarnation begins, and with it better luck; only reading may still fail. */
    public void beginIncarnation() {
        failed = false;
        armed.keySet().retainAll(Set.of(DiskFault.READ));
    }

    /**
     * Whether this access fails. A second access after a failure is a mistake of whoever makes it: see
     * docs/known-bugs.md, 34.
     */
    public boolean strikes(DiskFault fault) {
        if (failed) {
            throw new IllegalStateException("the disk is used again after it failed");
        }
        if (armed.isEmpty()) {
            return false;
        }
        Integer left = armed.get(fault);
        if (left == null) {
            return false;
        }
        if (left > 0) {
            armed.put(fault, left - 1);
            return false;
        }
        armed.remove(fault);
        failed = true;
        return true;
    }
}
