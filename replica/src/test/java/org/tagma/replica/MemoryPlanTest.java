package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.Durability;
import org.tagma.protocol.Protocols;
import org.tagma.replica.settings.ClusterSettings;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;

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
    void whatAFileAsksForAtFirstFitsTheSmallestHeapAndAWindowOfItNoSmallerOne() {
        for (String protocol : List.of("pbft", "raft")) {
            ClusterConfig config = ClusterReplicaTest.config(Protocols.named(protocol), Durability.SYNC);
            MemoryPlan.of(247 * MIB, 247 * MIB, 4).requireFits(config);
            MemoryPlan small = MemoryPlan.of(170 * MIB, 170 * MIB, 4);
            assertThatThrownBy(() -> small.requireFits(config)).isInstanceOf(IllegalArgumentException.class);
        }
        ClusterConfig pbft = ClusterReplicaTest.config(Protocols.named("pbft"), Durability.SYNC);
        assertThatThrownBy(() -> MemoryPlan.of(200 * MIB, 200 * MIB, 4).requireFits(pbft))
                .hasMessageStartingWith(
                        "16 of the largest batches (batch.maxBytes, limits.maxOperationBytes) asks for ")
                .hasMessageContaining("for requests waiting to be ordered");
        MemoryBounds bounds = ClusterSettings.memoryBounds(pbft);
        assertThat(pbft.protocol().logBytes(bounds))
                .isEqualTo(28 * ClusterSettings.largestBatchBytes(pbft))
                .isGreaterThan(MemoryPlan.of(212 * MIB, 212 * MIB, 4).bytes(Share.WINDOW));
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
