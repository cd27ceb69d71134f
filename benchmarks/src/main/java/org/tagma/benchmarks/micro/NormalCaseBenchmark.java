package org.tagma.benchmarks.micro;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;

/** What the protocol itself costs: one batch through all phases at four replicas in memory, in microseconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NormalCaseBenchmark {

    @Param({"1", "100"})
    private int batchRequests;

    private InMemoryGroup group;
    private List<Request> requests;
    private long number;
    private long expected;

    /** Starts the group. */
    @Setup
    public void startGroup() {
        group = new InMemoryGroup(batchRequests);
    }

    /** Makes the next request of each session. */
    @Setup(Level.Invocation)
    public void makeRequests() {
        number++;
        requests = new ArrayList<>();
        for (int client = 0; client < batchRequests; client++) {
            requests.add(Request.of(
                    new SessionId(client, 1),
                    number,
                    RetrySemantics.EXACTLY_ONCE,
                    ByteString.EMPTY,
                    SampleCluster.requestPayload(client, number),
                    ByteString.EMPTY));
        }
        expected += (long) SampleCluster.REPLICAS * batchRequests;
    }

    /** One batch, ordered and executed by all four. */
    @Benchmark
    public long orderBatch() {
        long executed = group.order(requests);
        if (executed != expected) {
            throw new IllegalStateException(executed + " requests were executed, and not " + expected);
        }
        return executed;
    }
}
