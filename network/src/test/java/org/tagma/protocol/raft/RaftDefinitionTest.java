package org.tagma.protocol.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.service.TransferLimits;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Settings;

class RaftDefinitionTest {

    @Test
    void anElectionTimeoutIsTenTicks() {
        RaftConfig raft = RaftSettings.config(context());
        assertThat(raft.replica()).isEqualTo(2);
        assertThat(raft.seed()).isEqualTo(77);
        assertThat(raft.membership().voters()).containsExactly(0, 1, 2, 3);
        assertThat(raft.tickMillis()).isEqualTo(50);
        assertThat(raft.electionTimeoutTicks()).isEqualTo(10);
        assertThat(raft.heartbeatTicks()).isEqualTo(2);
        assertThat(raft.leaseReads()).isFalse();
    }

    private static ReplicaContext context() {
        return new ReplicaContext(
                2,
                new Quorums(4, 1),
                77,
                new ReplicaContext.Timing(2_000, 2_000, 100, 60_000),
                new ReplicaContext.Sizes(128, 512, 1, 512, 1 << 20, 20_000, 2_048, 256),
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT,
                Settings.standard(RaftSettings.ALL));
    }
}
