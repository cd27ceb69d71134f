package org.tagma.core.incarnation;

import java.util.List;
import org.tagma.core.protocol.HaltReason;

/**
 * Others know of a later start of this replica.
 *
 * @param knownBy who does
 * @param number that of this incarnation
 */
record OldDisk(List<Integer> knownBy, long number) implements HaltReason {
    @Override
    public String description() {
        return "replicas " + knownBy + " know of a later start of this replica than this one, number " + number
                + ": its disk is an old one or a copy, or another process runs as this replica. Started again, it asks"
                + " them first";
    }
}
