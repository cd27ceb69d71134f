package org.tagma.benchmarks.micro;

import com.google.protobuf.ByteString;
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
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.transport.PeerId;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.Protocols;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.settings.AuthenticationPolicy;

/** What proofs cost, with the encoding around them: one thread, in microseconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuthenticationBenchmark {

    private static final int BATCH_REQUESTS = 100;

    @Param({"SIGNATURES", "CLIENT_SIGNATURES", "MACS"})
    private AuthenticationMode authentication;

    @Param({"auto", "bouncycastle"})
    private String provider;

    private SampleCluster cluster;
    private Authentication client;
    private Authentication backup;
    private InboundVerifier verifier;
    private ByteString prePrepare;
    private long number;

    /** Makes keys and a pre-prepare. */
    @Setup
    public void makeMessages() throws KeyFileException {
        cluster = new SampleCluster(
                AuthenticationPolicy.of(Protocols.named("pbft"), authentication), provider, BATCH_REQUESTS);
        client = cluster.client(0);
        backup = cluster.replica(1);
        prePrepare = cluster.prePrepareFrame();
    }

    /** A replica remembers good signatures; here each pre-prepare brings requests that it has not seen before. */
    @Setup(Level.Invocation)
    public void forgetSignatures() {
        verifier = cluster.verifier(backup, BATCH_REQUESTS);
    }

    /** A client makes a request: encoded, proved, and put into a frame. */
    @Benchmark
    public ByteString makeRequest() {
        ByteString payload = SampleCluster.requestPayload(0, ++number);
        return MessageCodec.envelope(
                new NodeId.Client(0), MessageType.REQUEST_VALUE, payload, cluster.requestProof(client, payload));
    }

    /** A backup checks a pre-prepare with 100 requests that it sees for the first time. */
    @Benchmark
    public Inbound verifyPrePrepareOf100() {
        Inbound result = verifier.verify(new PeerId.Replica(0), prePrepare);
        if (result instanceof Inbound.Rejected rejected) {
            throw new IllegalStateException("a good pre-prepare was rejected: " + rejected);
        }
        return result;
    }
}
