package org.tagma.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.settings.AuthenticationPolicy;

/** What the micro-benchmarks measure does happen. */
class MicroBenchmarksTest {

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void theSamplePrePrepareIsAccepted(AuthenticationMode mode) throws Exception {
        AuthenticationPolicy policy = AuthenticationPolicy.of(Protocols.named("pbft"), mode);
        SampleCluster cluster = new SampleCluster(policy, "bouncycastle", 3);

        Inbound result =
                cluster.verifier(cluster.replica(1), 3).verify(new PeerId.Replica(0), cluster.prePrepareFrame());

        assertThat(result).isInstanceOf(Inbound.ForEngine.class);
    }

    @Test
    void theGroupInMemoryExecutesBatchesAcrossCheckpoints() {
        InMemoryGroup group = new InMemoryGroup(2);
        long executed = 0;
        for (long number = 1; number <= 1_000; number++) {
            executed = group.order(List.of(request(0, number), request(1, number)));
        }
        assertThat(executed).isEqualTo(1_000L * 2 * SampleCluster.REPLICAS);
    }

    private static Request request(int client, long number) {
        return Request.of(
                new SessionId(client, 1),
                number,
                RetrySemantics.EXACTLY_ONCE,
                ByteString.EMPTY,
                SampleCluster.requestPayload(client, number),
                ByteString.EMPTY);
    }
}
