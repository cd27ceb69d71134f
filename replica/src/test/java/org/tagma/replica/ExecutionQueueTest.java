package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.replica.execution.ExecutionLoop;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.storage.SnapshotStore;

/**
 * Queries beside batches: of 1 MiB, 3 % are for questions; a client may have 3,932 bytes waiting, all clients
 * 15,728.
 */
final class ExecutionQueueTest {

    private static final MemoryPlan MEMORY = MemoryPlan.of(1 << 20, 1 << 20, 4);

    private Runnable onQuery = () -> {};
    private final List<String> done = new ArrayList<>();
    private final RecordingPorts ports = new RecordingPorts();
    private final ReplicaMetrics metrics = new ReplicaMetrics(new SimpleMeterRegistry());
    private final ServiceExecutor executor = new ServiceExecutor(
            new ReplicatedService(new CountingMachine(), new ServiceLimits(1, 1)),
            TestCluster.sealer(
                    0, AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES)),
            ports,
            SnapshotStore.none(),
            MemoryPlan.of(256 << 20, 256 << 20, TestCluster.REPLICAS),
            event -> done.add("batch"));
    private final ExecutionLoop execution = new ExecutionLoop(
            executor,
            query -> {
                done.add("query of " + query.session().client());
                onQuery.run();
            },
            () -> {},
            () -> {},
            metrics,
            MEMORY);

    @Test
    void aBatchGoesBeforeTheQueriesThatWaitAlready() {
        for (int number = 1; number <= 7; number++) {
            execution.offerQuery(query(0, number, 0));
        }
        execution.commit(1, Batch.of(1, List.of()));
        execution.runOnce();
        assertThat(done).startsWith("batch").hasSize(8);
    }

    @Test
    void aBatchThatComesMeanwhileWaitsForAFewQueriesAndNotForAll() {
        onQuery = () -> execution.commit(1, Batch.of(1, List.of()));
        for (int client = 0; client < 20; client++) {
            execution.offerQuery(query(client, 1, 0));
        }
        execution.runOnce();
        assertThat(done).hasSize(8).doesNotContain("batch");
    }

    @Test
    void clientsTakeTurns() {
        for (int number = 1; number <= 5; number++) {
            execution.offerQuery(query(0, number, 0));
        }
        execution.offerQuery(query(1, 1, 0));
        execution.runOnce();
        assertThat(done.indexOf("query of 1")).isEqualTo(1);
    }

    @Test
    void whoAsksTooMuchIsToldSoAndOthersAreAnswered() {
        for (int number = 1; number <= 1_000; number++) {
            execution.offerQuery(query(0, number, 100));
        }
        assertThat(execution.offerQuery(query(0, 1_001, 100)))
                .as("not even a refusal")
                .isFalse();
        assertThat(execution.offerQuery(query(1, 1, 100))).isTrue();
        execution.runOnce();
        assertThat(done.stream().filter("query of 0"::equals)).hasSize(6);
        assertThat(done).contains("query of 1");
        assertThat(ports.calls).as("refusals").hasSizeBetween(1, 4).containsOnly("to client 0/1");
        // What was answered makes room.
        assertThat(execution.offerQuery(query(0, 1_002, 100))).isTrue();
    }

    @Test
    void allClientsTogetherAreBounded() {
        int taken = 0;
        for (int client = 0; client < 1_000; client++) {
            taken += execution.offerQuery(query(client, 1, 100)) ? 1 : 0;
        }
        assertThat(taken).isBetween(20, 40);
    }

    private static Query query(int client, long number, int bytes) {
        return new Query(new SessionId(client, 1), number, ByteString.copyFrom(new byte[bytes]));
    }
}
