package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tagma.replica.MemoryPlan.Share;

final class MemoryPlanTest {

    private static final long MIB = 1L << 20;

    private final MemoryPlan plan = MemoryPlan.of(256 * MIB, 128 * MIB, 4);

    @Test
    void theSharesFitIntoTheHeap() {
        long heap = 0;
        for (Share share : Share.values()) {
            assertThat(plan.bytes(share)).as(share.label()).isPositive();
            if (share.ordinal() <= Share.SLACK.ordinal()) {
                heap += plan.bytes(share);
            }
        }
        assertThat(heap).isLessThanOrEqualTo(256 * MIB);
    }

    @Test
    void replicasAndClientsTogetherHaveNoMoreThanTheShare() {
        for (Share share : Share.values()) {
            assertThat(3 * plan.ofOneReplica(share) + plan.ofAllClients(share))
                    .as(share.label())
                    .isLessThanOrEqualTo(plan.bytes(share));
            assertThat(MemoryPlan.CLIENT_PART * plan.ofOneClient(share)).isLessThanOrEqualTo(plan.ofAllClients(share));
        }
    }

    @Test
    void theSmallestHeapThatIsPromisedHoldsTheLargestFrame() {
        assertThat(MemoryPlan.of(247 * MIB, 247 * MIB, 4).bytes(Share.UNFINISHED_FRAMES))
                .isGreaterThan(16 * MIB);
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLineThatNamesTheRemedy() {
        assertThatThrownBy(() -> plan.require("limits.maxFrameBytes", 64 * MIB, Share.UNFINISHED_FRAMES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limits.maxFrameBytes asks for 64 MiB for frames still coming in, and the memory plan has"
                        + " 23 MiB of a heap of 256 MiB: lower it, or give the replica 711 MiB (java -Xmx712m)");
        plan.require("limits.maxFrameBytes", 16 * MIB, Share.UNFINISHED_FRAMES);
    }

    @Test
    void aReplicaSaysItsPlanInOneLine() {
        assertThat(plan.line())
                .startsWith("memory plan: heap 256 MiB (frames still coming in 23 MiB, ")
                .contains("; direct 128 MiB (socket buffers 127 MiB)")
                .endsWith("one client gets at most 1/8, one replica 1/6")
                .doesNotContain("\n");
    }
}
