package org.tagma.admin;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.client.WallClockSessionNumbers;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.RejectionResult;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.NettyTransport;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.network.transport.TransportOptions;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.NestedVerifier;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.admin.OperatorCommands;
import org.tagma.replica.settings.ClusterSettings;

/**
 * Asks each replica how it is, for itself: unlike a client, which believes only what enough replicas say alike. The
 * questions are those of {@link AdminQueries}.
 *
 * <p>Thread-safe.
 */
public final class ReplicaInspector implements AutoCloseable {

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

    /** What became of an operator's command. */
    public record Outcome(boolean done, String text) {}

    private record Question(int replica, ByteString frame, CompletableFuture<Reply> answer) {}

    private final Authentication authentication;
    private final MessageCodec codec;
    private final SessionId session;
    private final NetworkLoop loop = new NetworkLoop("tagma-inspector");
    private final Transport transport;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, Question> open = new ConcurrentHashMap<>();

    /**
     * Begins to connect to all replicas.
     *
     * @throws KeyFileException if the keys are not those of the client
     */
    public ReplicaInspector(ClusterConfig config, int client, NodeKeys keys) throws KeyFileException {
        NodeAccess access = new NodeAccess(config.forFewSignatures(), new NodeId.Client(client), keys);
        this.authentication = access.authentication();
        this.codec = new MessageCodec(ClusterSettings.codecLimits(config));
        this.session = new SessionId(client, new WallClockSessionNumbers().getAsLong());
        this.transport = NettyTransport.forClient(
                new TransportOptions(
                        new PeerId.ClientSession(client, session.session()),
                        config.replicaCount(),
                        id -> config.address(id).toUnresolved(),
                        access.connectionKeys(),
                        () -> ByteString.EMPTY,
                        access.tls(),
                        ClusterSettings.transportLimits(config)),
                loop);
        transport.start(new Answers());
    }

    /**
     * Asks one replica, waiting for a connection if there is none.
     *
     * @param question of {@link AdminQueries}
     * @return what it says by name; empty if it has not answered in time
     */
    public CompletableFuture<Optional<Map<String, String>>> ask(int replica, ByteString question, long deadlineMillis) {
        return send(replica, question, deadlineMillis)
                .thenApply(reply -> reply.filter(answer -> answer.status() == ReplyStatus.OK)
                        .map(answer -> AdminQueries.parse(answer.result())));
    }

    /**
     * Sends an operator's command to one replica.
     *
     * @return empty if it has not answered in time
     */
    public CompletableFuture<Optional<Outcome>> command(int replica, ByteString command, long deadlineMillis) {
        return send(replica, OperatorCommands.CHALLENGE, deadlineMillis).thenCompose(asked -> {
            Optional<String> challenge = asked.filter(answer -> answer.status() == ReplyStatus.OK)
                    .map(answer -> AdminQueries.parse(answer.result()).get("challenge"));
            if (challenge.isEmpty()) {
                // No answer, or why not.
                return CompletableFuture.completedFuture(asked.map(ReplicaInspector::outcome));
            }
            return send(replica, OperatorCommands.answering(command, challenge.get()), deadlineMillis)
                    .thenApply(reply -> reply.map(ReplicaInspector::outcome));
        });
    }

    private static Outcome outcome(Reply reply) {
        if (reply.status() == ReplyStatus.OK) {
            Map<String, String> values = AdminQueries.parse(reply.result());
            return new Outcome("true".equals(values.get("done")), printable(values.getOrDefault("text", "")));
        }
        return new Outcome(
                false,
                RejectionResult.decode(reply.result())
                        .map(rejection -> printable(rejection.message()))
                        .orElse("refused: " + reply.status()));
    }

    /** A malicious replica shall not be able to paint on anybody's terminal. */
    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private CompletableFuture<Optional<Reply>> send(int replica, ByteString question, long deadlineMillis) {
        long number = numbers.incrementAndGet();
        ByteString payload = MessageCodec.encodePayload(new Query(session, number, question));
        ByteString authenticator = authentication.macVector(MessageType.QUERY_VALUE, payload);
        ByteString frame =
                MessageCodec.envelope(authentication.self(), MessageType.QUERY_VALUE, payload, authenticator);
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        open.put(number, new Question(replica, frame, answer));
        // Dropped if there is no connection; then it is sent again as soon as there is one.
        transport.send(new PeerId.Replica(replica), frame);
        transport.flush();
        return answer.orTimeout(deadlineMillis, TimeUnit.MILLISECONDS).handle((reply, timeout) -> {
            open.remove(number);
            return Optional.ofNullable(reply);
        });
    }

    /** Asks replicas at the same time; the answers are in the order of the replicas given. */
    public List<Optional<Map<String, String>>> askAll(
            List<Integer> replicas, ByteString question, long deadlineMillis) {
        List<CompletableFuture<Optional<Map<String, String>>>> answers = new ArrayList<>();
        replicas.forEach(replica -> answers.add(ask(replica, question, deadlineMillis)));
        return answers.stream().map(CompletableFuture::join).toList();
    }

    @Override
    public void close() {
        transport.close();
        loop.close();
    }

    private final class Answers implements FrameHandler {

        @Override
        public Disposition onFrame(PeerId from, ByteString frame) {
            MessageCodec.parseEnvelope(frame)
                    .asOptional()
                    .filter(envelope -> isReplyOf(from, envelope))
                    .flatMap(envelope -> codec.decode(envelope, NOTHING_NESTED).asOptional())
                    .ifPresent(message -> onReply(from, (Reply) message));
            return Disposition.KEEP;
        }

        private boolean isReplyOf(PeerId from, Envelope envelope) {
            return envelope.type() == MessageType.REPLY_VALUE
                    && envelope.sender().equals(from.toNodeId())
                    && authentication.verifyMac(
                            envelope.sender(), MessageType.REPLY_VALUE, envelope.payload(), envelope.authenticator());
        }

        private void onReply(PeerId from, Reply reply) {
            Question question = open.get(reply.number());
            boolean awaited = question != null
                    && question.replica() == from.toNodeId().id()
                    && reply.replica() == question.replica()
                    && reply.session().equals(session);
            if (awaited) {
                question.answer().complete(reply);
            }
        }

        @Override
        public void onReadComplete() {
            // Each frame is dealt with as it comes.
        }

        @Override
        public void onPeerUp(PeerId peer) {
            open.values().stream()
                    .filter(question -> question.replica() == peer.toNodeId().id())
                    .forEach(question -> transport.send(peer, question.frame()));
            transport.flush();
        }

        @Override
        public void onPeerDown(PeerId peer) {
            // Its questions wait for the next connection, or for their deadline.
        }
    }
}
