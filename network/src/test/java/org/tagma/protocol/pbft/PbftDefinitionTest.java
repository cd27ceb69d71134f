package org.tagma.protocol.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.service.TransferLimits;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Settings;

class PbftDefinitionTest {

    @Test
    void timesAreCountedInTicksOfTheShortest() {
        PbftConfig pbft = PbftDefinition.config(context());
        assertThat(pbft.replica()).isEqualTo(2);
        assertThat(pbft.tickMillis()).isEqualTo(50);
        assertThat(pbft.requestTimeoutTicks()).isEqualTo(40);
        assertThat(pbft.viewChangeTimeoutTicks()).isEqualTo(40);
        assertThat(pbft.statusIntervalTicks()).isEqualTo(2);
        assertThat(pbft.quorums().certificate()).isEqualTo(3);
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
                Settings.standard(List.of()));
    }
}
