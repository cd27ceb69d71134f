package org.tagma.benchmarks.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.Protocols;
import org.tagma.replica.settings.AuthenticationPolicy;

/** What the digest of a batch costs, once its requests have theirs: in microseconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BatchDigestBenchmark {

    @Param({"1", "100"})
    private int batchRequests;

    private List<Request> requests;

    /** Makes the requests. */
    @Setup
    public void makeRequests() throws KeyFileException {
        requests = new SampleCluster(
                        AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES),
                        "auto",
                        batchRequests)
                .requests();
    }

    /** Digests them as one batch. */
    @Benchmark
    public Batch digest() {
        return Batch.of(1, requests);
    }
}
