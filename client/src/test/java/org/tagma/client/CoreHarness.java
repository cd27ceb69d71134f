package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientPorts;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.Protocols;

/** A client core on a virtual clock, with a test in the place of the replicas and the network. */
final class CoreHarness {

    static final int CLIENT = 7;
    static final int REPLICAS = 4;
    static final long DEADLINE = 30_000;
    static final long RETRY = 500;

    private static final MessageCodec CODEC = new MessageCodec(new CodecLimits(1, 1 << 20, REPLICAS, 1, 1, 1));

    private static final NestedVerifier ACCEPT_ALL = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return true;
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.of(RequestProof.SIGNED);
        }
    };

    /** A frame that the core sent, taken apart. */
    record Sent(long at, long session, int replica, Message message, Envelope envelope) {
        Request request() {
            return (Request) message;
        }

        Query query() {
            return (Query) message;
        }

        /** Of a request of a client that puts vectors of MACs on them. */
        boolean isSigned() {
            return envelope.authenticator().size() > REPLICAS * Authentication.MAC_BYTES;
        }
    }

    /** How a call ended, if it did. */
    static final class Result implements Completion {
        ByteString value;
        BftClientException failure;
        private Runnable then = () -> {};

        boolean isDone() {
            return value != null || failure != null;
        }

        Result then(Runnable action) {
            then = action;
            return this;
        }

        @Override
        public void succeeded(ByteString result) {
            assertThat(isDone()).as("completed twice").isFalse();
            value = result;
            then.run();
        }

        @Override
        public void failed(BftClientException problem) {
            assertThat(isDone()).as("completed twice").isFalse();
            failure = problem;
            then.run();
        }
    }

    private final TreeSet<Long> sessions = new TreeSet<>();

    final List<Sent> sent = new ArrayList<>();
    final List<Long> opened = new ArrayList<>();
    final List<Long> closed = new ArrayList<>();
    final BftClientCore core;
    long now = 1_000;
    long wallMicros = 100;
    private final FakeAuthentication[] replicas = new FakeAuthentication[REPLICAS];

    CoreHarness() {
        this(defaults(), false, false);
    }

    CoreHarness(ClientOptions options, boolean readOnlyFastPath, boolean macs) {
        this(options, new ClientSetup(CLIENT, Quorums.byzantine(REPLICAS), mode(macs), readOnlyFastPath));
    }

    private CoreHarness(ClientOptions options, ClientSetup setup) {
        for (int id = 0; id < REPLICAS; id++) {
            replicas[id] = new FakeAuthentication(new NodeId.Replica(id), REPLICAS);
        }
        core = new BftClientCore(
                setup,
                options,
                new FakeAuthentication(new NodeId.Client(CLIENT), REPLICAS),
                new Ports(),
                () -> wallMicros,
                new Random(1));
        core.start();
        connectAll();
    }

    static ClientOptions defaults() {
        return new ClientOptions(DEADLINE, RETRY, 256, 10_000);
    }

    static CoreHarness withFastPath() {
        return new CoreHarness(defaults(), true, false);
    }

    /** Of PBFT, where requests need not be signed while all is well. */
    static CoreHarness withMacs() {
        return new CoreHarness(
                defaults(), new ClientSetup(CLIENT, Quorums.byzantine(REPLICAS), AuthenticationMode.MACS, false));
    }

    static CoreHarness raft(ClientOptions options, boolean macs) {
        return new CoreHarness(
                options,
                new ClientSetup(
                        CLIENT,
                        Protocols.named("raft"),
                        new Quorums(REPLICAS, 1),
                        macs ? AuthenticationMode.MACS : AuthenticationMode.SIGNATURES,
                        true));
    }

    private static AuthenticationMode mode(boolean macs) {
        return macs ? AuthenticationMode.CLIENT_SIGNATURES : AuthenticationMode.SIGNATURES;
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    void connectAll() {
        for (int id = 0; id < REPLICAS; id++) {
            core.onPeerUp(core.session(), id);
        }
    }

    Result invoke(String operation) {
        return invoke(operation, RetrySemantics.EXACTLY_ONCE);
    }

    Result invoke(String operation, RetrySemantics semantics) {
        Result result = new Result();
        core.invoke(bytes(operation), semantics, result, now);
        return result;
    }

    Result query(String operation) {
        Result result = new Result();
        core.query(bytes(operation), result, now);
        return result;
    }

    /** Lets time pass, waking the core exactly when it asked to be. */
    void passMillis(long millis) {
        long end = now + millis;
        while (core.nextWakeMillis() <= end) {
            long wake = core.nextWakeMillis();
            now = Math.max(now, wake);
            core.tick(now);
            assertThat(core.nextWakeMillis())
                    .as("asks for a later time after each tick")
                    .isGreaterThan(now);
        }
        now = end;
    }

    /** What was sent since the last time this was asked. */
    List<Sent> takeSent() {
        List<Sent> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    /** The requests sent since the last time, by replica. */
    List<Integer> takeReceivers() {
        return takeSent().stream().map(Sent::replica).toList();
    }

    void reply(int replica, long number, String result) {
        reply(replica, 0, RequestKind.FIFO, number, ReplyStatus.OK, bytes(result));
    }

    void replyFrom(int[] from, long number, String result) {
        for (int replica : from) {
            reply(replica, number, result);
        }
    }

    void reply(int replica, long view, RequestKind kind, long number, ReplyStatus status, ByteString result) {
        reply(replica, view, core.session(), kind, number, status, result);
    }

    void reply(
            int replica,
            long view,
            long session,
            RequestKind kind,
            long number,
            ReplyStatus status,
            ByteString result) {
        SessionId id = new SessionId(CLIENT, session);
        deliver(replica, new Reply(replica, view, (int) (view % REPLICAS), id, kind, number, status, result));
    }

    /** A reply under Raft, in a session that is open now, with a leader named, or -1. */
    void raftReply(
            int replica, long term, int leader, RequestKind kind, long number, ReplyStatus status, String result) {
        SessionId id = new SessionId(CLIENT, core.session());
        deliver(replica, new Reply(replica, term, leader, id, kind, number, status, bytes(result)));
    }

    void deliver(int replica, Reply reply) {
        core.onFrame(replica, frame(replica, reply), now);
    }

    ByteString frame(int replica, Reply reply) {
        ByteString payload = MessageCodec.encodePayload(reply);
        int type = MessageCodec.type(reply);
        ByteString mac = replicas[replica].mac(new NodeId.Client(CLIENT), type, payload);
        return MessageCodec.envelope(new NodeId.Replica(replica), type, payload, mac);
    }

    FakeAuthentication replica(int id) {
        return replicas[id];
    }

    long count(ClientCounter counter) {
        return core.counters().get(counter);
    }

    static ByteString newestSession(long session) {
        return ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(session).array());
    }

    private final class Ports implements ClientPorts {
        @Override
        public void openSession(long session) {
            opened.add(session);
            sessions.add(session);
        }

        @Override
        public void closeSession(long session) {
            assertThat(sessions.remove(session)).as("closes an open session").isTrue();
            closed.add(session);
        }

        @Override
        public void send(long session, int replica, ByteString frame) {
            assertThat(sessions).as("sends over open sessions only").contains(session);
            Envelope envelope = MessageCodec.parseEnvelope(frame).asOptional().orElseThrow();
            Message message = CODEC.decode(envelope, ACCEPT_ALL).asOptional().orElseThrow();
            sent.add(new Sent(now, session, replica, message, envelope));
        }
    }
}
