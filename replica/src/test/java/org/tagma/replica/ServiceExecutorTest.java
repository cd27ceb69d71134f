package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.Protocols;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.execution.WaitingReads;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;
import org.tagma.replica.storage.SnapshotStore;

final class ServiceExecutorTest {

    private static final MemoryPlan MEMORY = MemoryPlan.of(256 << 20, 256 << 20, TestCluster.REPLICAS);

    private static final NestedVerifier NOTHING_NESTED = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return false;
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.empty();
        }
    };

    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);
    private static final SessionId SESSION = new SessionId(0, 1);

    private final RecordingPorts ports = new RecordingPorts();
    private final List<Event> events = new ArrayList<>();
    private final ServiceExecutor executor = executor();

    @Test
    void anExecutedBatchIsReportedAndItsClientsAreAnswered() {
        executor.onStatusChanged(5, 1, true);
        Request first = request(1, "add");
        Request refused = request(2, "refuse");
        executor.commit(1, Batch.of(1, List.of(first, refused)));
        assertThat(events)
                .containsExactly(new Event.Executed(
                        1, List.of(new RequestOutcome(first, true), new RequestOutcome(refused, true))));
        assertThat(ports.calls).containsExactly("to client 0/1", "to client 0/1");
        Reply reply = reply(ports.frames.get(0));
        assertThat(reply)
                .isEqualTo(
                        new Reply(0, 5, 1, SESSION, RequestKind.FIFO, 1, ReplyStatus.OK, ByteString.copyFromUtf8("1")));
        assertThat(reply(ports.frames.get(1)).status()).isEqualTo(ReplyStatus.REJECTED);
    }

    @Test
    void aRequestThatCameTooEarlyIsNotAnswered() {
        Request second = request(2, "add");
        executor.commit(1, Batch.of(1, List.of(second)));
        assertThat(events).containsExactly(new Event.Executed(1, List.of(new RequestOutcome(second, false))));
        assertThat(ports.calls).isEmpty();
    }

    @Test
    void aDuplicateGetsTheCachedReply() {
        Request request = request(1, "add");
        executor.resendReply(request);
        assertThat(ports.calls).isEmpty();
        executor.commit(1, Batch.of(1, List.of(request)));
        executor.resendReply(request);
        assertThat(ports.frames).hasSize(2);
        assertThat(ports.frames.get(1)).isEqualTo(ports.frames.get(0));
    }

    @Test
    void queriesAreUnavailableUntilTheProtocolSaysOtherwise() {
        executor.query(new Query(SESSION, 9, ByteString.EMPTY));
        executor.onStatusChanged(0, 0, true);
        executor.query(new Query(SESSION, 10, ByteString.EMPTY));
        assertThat(reply(ports.frames.get(0)).status()).isEqualTo(ReplyStatus.UNAVAILABLE);
        assertThat(reply(ports.frames.get(1)).status()).isEqualTo(ReplyStatus.OK);
        assertThat(reply(ports.frames.get(1)).kind()).isEqualTo(RequestKind.QUERY);
    }

    @Test
    void whereReplicasDoNotLieAReadWaitsForTheProtocol() {
        ServiceExecutor raft = executor(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS));
        raft.commit(1, Batch.of(1, List.of(request(1, "add"))));
        raft.query(new Query(SESSION, 9, ByteString.EMPTY));
        raft.query(new Query(SESSION, 10, ByteString.EMPTY));
        assertThat(events).endsWith(new Event.ReadReceived(1), new Event.ReadReceived(2));
        assertThat(ports.calls).isEmpty();

        raft.onStatusChanged(4, 2, true);
        raft.answerRead(2, 1);
        raft.refuseRead(1);
        assertThat(reply(ports.frames.get(0)).number()).isEqualTo(10);
        assertThat(reply(ports.frames.get(0)).result().toStringUtf8()).isEqualTo("1");
        Reply refused = reply(ports.frames.get(1));
        assertThat(refused.number()).isEqualTo(9);
        assertThat(refused.status()).isEqualTo(ReplyStatus.UNAVAILABLE);
        assertThat(refused.primary()).isEqualTo(2);
    }

    @Test
    void readsThatWaitAreBoundedInBytesOfOneClientAndOfAll() {
        ServiceExecutor raft = executor(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS));
        ByteString large = ByteString.copyFrom(new byte[100_000]);
        for (int number = 1; number <= 100; number++) {
            raft.query(new Query(SESSION, number, large));
        }
        long waiting = events.size();
        assertThat(waiting * large.size())
                .isBetween(MEMORY.ofOneClient(Share.WAITING_READS) / 2, MEMORY.ofOneClient(Share.WAITING_READS));
        assertThat(reply(ports.frames.get(0)).status()).isEqualTo(ReplyStatus.OVERLOADED);
        WaitingReads reads = new WaitingReads(MEMORY);
        long held = IntStream.range(0, 100)
                .filter(client -> reads.add(client, new Query(new SessionId(client, 1), 1, large)))
                .count();
        assertThat(held * large.size())
                .isBetween(MEMORY.bytes(Share.WAITING_READS) - 200_000, MEMORY.bytes(Share.WAITING_READS));
        for (long id = 1; id <= waiting; id++) {
            raft.refuseRead(id);
        }
        long before = events.size();
        raft.query(new Query(SESSION, 101, large));
        assertThat(events).hasSize((int) before + 1);
    }

    @Test
    void aReadThatIsAheadOfTheStateIsABug() {
        ServiceExecutor raft = executor(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS));
        raft.query(new Query(SESSION, 9, ByteString.EMPTY));
        assertThatThrownBy(() -> raft.answerRead(1, 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whereReplicasDoNotLieOnlyTheLeaderAnswersRequests() {
        ServiceExecutor raft = executor(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS));
        raft.onStatusChanged(4, 2, true);
        raft.commit(1, Batch.of(1, List.of(request(1, "add"))));
        assertThat(ports.calls).isEmpty();
        raft.onStatusChanged(5, 0, true);
        raft.commit(2, Batch.of(1, List.of(request(2, "add"))));
        assertThat(ports.calls).containsExactly("to client 0/1");
        raft.resendReply(request(1, "add"));
        assertThat(reply(ports.frames.get(1)).result().toStringUtf8()).isEqualTo("1");
    }

    @Test
    void anOperatorIsToldWhatTheProtocolSays() {
        List<String> answers = new ArrayList<>();
        executor.ask(
                id -> new Event.LeadershipTransferRequested(id, 2), (done, text) -> answers.add(done + " " + text));
        assertThat(events).containsExactly(new Event.LeadershipTransferRequested(1, 2));
        executor.answerOperator(1, false, "not now");
        assertThat(answers).containsExactly("false not now");
    }

    @Test
    void aStateServedToThisReplicaItselfComesBackAsAMessage() {
        executor.commit(1, Batch.of(1, List.of(request(1, "add"))));
        executor.takeCheckpoint(1);
        Digest digest = executor.digestNow().stateDigest();
        ports.calls.clear();
        executor.serveState(0, new FetchManifest(1, digest));
        assertThat(ports.calls).isEmpty();
        assertThat(events).last().isInstanceOfSatisfying(Event.MessageReceived.class, received -> {
            assertThat(received.message().sender()).isZero();
            assertThat(received.message().message()).isInstanceOf(TransferMessage.ManifestAnswer.class);
        });
    }

    @Test
    void aCheckpointIsDigestedKeptServedAndReleased() {
        executor.commit(1, Batch.of(1, List.of(request(1, "add"))));
        executor.takeCheckpoint(1);
        Digest digest = executor.digestNow().stateDigest();
        assertThat(events)
                .last()
                .isEqualTo(new Event.CheckpointTaken(
                        1,
                        digest,
                        executor.digestNow().sizeBytes(),
                        executor.digestNow().tree()));
        ports.calls.clear();
        executor.serveState(2, new FetchManifest(1, digest));
        assertThat(ports.calls).containsExactly("to replica 2");
        executor.releaseCheckpoints(2);
        executor.serveState(2, new FetchManifest(1, digest));
        assertThat(ports.calls).as("kept as long as somebody asks for it").hasSize(2);
        for (int release = 0; release < 40; release++) {
            executor.releaseCheckpoints(2);
        }
        executor.serveState(2, new FetchManifest(1, digest));
        assertThat(ports.calls).hasSize(2);
    }

    @Test
    void aStateOfAnotherReplicaIsInstalledAndServedOn() {
        executor.commit(1, Batch.of(1, List.of(request(1, "add"))));
        ServiceSnapshot snapshot = executor.digestNow();
        ServiceExecutor other = executor();
        other.installState(1, snapshot.stateDigest(), snapshot.data(), snapshot.tree());
        assertThat(events)
                .last()
                .isEqualTo(new Event.StateInstalled(
                        1, snapshot.stateDigest(), List.of(new Event.SessionProgress(SESSION, 2, 0)), snapshot.tree()));
        assertThat(other.digestNow().stateDigest()).isEqualTo(snapshot.stateDigest());
        ports.calls.clear();
        other.serveState(3, new FetchManifest(1, snapshot.stateDigest()));
        assertThat(ports.calls).containsExactly("to replica 3");
    }

    @Test
    void aCertifiedStateThatCannotBeInstalledStopsTheReplica() {
        assertThatThrownBy(() ->
                        executor.installState(1, Digest.NULL, ByteString.copyFromUtf8("garbage"), Optional.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be installed here");
    }

    @Test
    void aCheckpointOfAnotherPointIsABug() {
        assertThatThrownBy(() -> executor.takeCheckpoint(4)).isInstanceOf(IllegalStateException.class);
    }

    private static Request request(long number, String operation) {
        return TestCluster.request(0, number, POLICY, operation);
    }

    /** Reads a reply as the client does, who checks its MAC. */
    static Reply reply(ByteString frame) {
        return reply(0, frame);
    }

    /** A reply whose MAC is good for this client. */
    static Reply reply(int client, ByteString frame) {
        Envelope envelope = ok(MessageCodec.parseEnvelope(frame));
        assertThat(TestCluster.client(client)
                        .verifyMac(
                                envelope.sender(),
                                MessageType.REPLY_VALUE,
                                envelope.payload(),
                                envelope.authenticator()))
                .isTrue();
        assertThat(envelope.sender()).isInstanceOf(NodeId.Replica.class);
        return (Reply) ok(TestCluster.codec().decode(envelope, NOTHING_NESTED));
    }

    private static <T> T ok(Decoded<T> decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Ok.class);
        return ((Decoded.Ok<T>) decoded).value();
    }

    private ServiceExecutor executor() {
        return executor(POLICY);
    }

    private ServiceExecutor executor(AuthenticationPolicy policy) {
        ReplicatedService service = new ReplicatedService(new CountingMachine(), new ServiceLimits(8, 8));
        return new ServiceExecutor(
                service, TestCluster.sealer(0, policy), ports, SnapshotStore.none(), MEMORY, events::add);
    }
}
