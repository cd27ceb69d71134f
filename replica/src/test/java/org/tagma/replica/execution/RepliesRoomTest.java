package org.tagma.replica.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.service.AgreedSettings;
import org.tagma.core.service.ServiceLimits;
import org.tagma.replica.settings.MemoryPlan;

class RepliesRoomTest {

    private static final long MIB = 1 << 20;

    private final RepliesRoom room = new RepliesRoom(MemoryPlan.of(256 * MIB, 256 * MIB, 4));

    private static AgreedSettings keeping(long bytes) {
        return AgreedSettings.first(new ServiceLimits(8, 256, MIB, bytes, 3_600_000), List.of(0));
    }

    @Test
    void aReplicaWhoseHeapIsTooSmallForWhatIsAgreedSaysSoUntilSomethingElseIs() {
        room.look(keeping(15 * MIB));
        assertThat(room.lacking()).isEmpty();
        room.look(keeping(30 * MIB));
        assertThat(room.lacking())
                .isEqualTo("the agreed setting replyBytes asks for 30 MiB for replies kept for retries, and the memory"
                        + " plan has 15 MiB of a heap of 256 MiB: lower it, or give the replica 500 MiB (java"
                        + " -Xmx500m)");
        room.look(keeping(15 * MIB));
        assertThat(room.lacking()).isEmpty();
    }
}
