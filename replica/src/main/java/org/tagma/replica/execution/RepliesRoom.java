package org.tagma.replica.execution;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.service.AgreedSettings;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;

/**
 * Whether this replica's heap has room for the replies that the group has agreed to keep. An agreed setting cannot
 * depend on one replica's heap; so a replica that has too little says so, and goes on as long as it can.
 *
 * <p>One thread looks; any thread asks.
 */
final class RepliesRoom {

    private static final Logger LOG = LoggerFactory.getLogger(RepliesRoom.class);

    private final MemoryPlan memory;
    private AgreedSettings seen;
    private volatile String lacking = "";

    RepliesRoom(MemoryPlan memory) {
        this.memory = memory;
    }

    /** Looks whether there is room, if something else is agreed on than when it last looked. */
    void look(AgreedSettings agreed) {
        if (agreed != seen) {
            seen = agreed;
            String before = lacking;
            lacking = memory.lacks(
                            "the agreed setting replyBytes", agreed.limits().replyBytes(), Share.REPLIES)
                    .orElse("");
            if (!lacking.isEmpty() && !lacking.equals(before)) {
                LOG.warn(lacking);
            }
        }
    }

    /** What is lacking, in one line; empty if nothing is. */
    String lacking() {
        return lacking;
    }
}
