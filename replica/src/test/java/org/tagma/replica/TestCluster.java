package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PublicKeys;
import org.tagma.crypto.RealAuthentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.settings.AuthenticationPolicy;

/** Four replicas and two clients with real keys, always the same ones. */
final class TestCluster {

    static final int REPLICAS = 4;
    static final int CLIENTS = 2;
    static final ByteString CLUSTER_ID = ByteString.copyFromUtf8("0123456789abcdef");
    static final Quorums QUORUMS = Quorums.byzantine(REPLICAS);

    private static final Map<NodeId, NodeKeys> KEYS = newKeys();
    private static final ClusterKeys CLUSTER_KEYS = newClusterKeys();
    private static final Map<NodeId, Authentication> AUTHENTICATIONS = new ConcurrentHashMap<>();

    private TestCluster() {}

    static Authentication authentication(NodeId node) {
        return AUTHENTICATIONS.computeIfAbsent(node, TestCluster::newAuthentication);
    }

    static Authentication replica(int id) {
        return authentication(new NodeId.Replica(id));
    }

    static Authentication client(int id) {
        return authentication(new NodeId.Client(id));
    }

    static MessageCodec codec() {
        return new MessageCodec(new CodecLimits(64, 1 << 16, REPLICAS, 256, 1 << 16, 1 << 16));
    }

    static MessageSealer sealer(int replica, AuthenticationPolicy policy) {
        return new MessageSealer(replica(replica), policy);
    }

    static InboundVerifier verifier(int replica, AuthenticationPolicy policy) {
        return new InboundVerifier(replica(replica), policy, codec(), QUORUMS);
    }

    /** A message as its sender would authenticate it for all. */
    @SuppressWarnings("unchecked")
    static <M extends Message> Authenticated<M> sealed(int sender, AuthenticationPolicy policy, M message) {
        return (Authenticated<M>) sealer(sender, policy).seal(message);
    }

    /** A good request of a client. */
    static Request request(int client, long number, AuthenticationPolicy policy, String operation) {
        SessionId session = new SessionId(client, 1);
        ByteString payload = MessageCodec.encodeRequestPayload(
                session, number, RetrySemantics.EXACTLY_ONCE, ByteString.copyFromUtf8(operation));
        return request(session, number, operation, payload, proof(client, policy, payload));
    }

    static ByteString proof(int client, AuthenticationPolicy policy, ByteString payload) {
        return proof(client, policy, payload, policy.mustSignRequests());
    }

    static ByteString proof(int client, AuthenticationPolicy policy, ByteString payload, boolean signed) {
        return RequestAuthenticator.of(client(client), payload, policy.putsVectorOnRequests(), signed)
                .bytes();
    }

    static Request withAuthenticator(Request request, ByteString authenticator) {
        return Request.of(
                request.session(),
                request.number(),
                request.semantics(),
                request.operation(),
                request.payload(),
                authenticator);
    }

    /** The frame of a good query of a client. */
    static ByteString query(int client, long number, ByteString operation) {
        Query query = new Query(new SessionId(client, 1), number, operation);
        ByteString payload = MessageCodec.encodePayload(query);
        return MessageCodec.envelope(
                new NodeId.Client(client),
                MessageType.QUERY_VALUE,
                payload,
                client(client).macVector(MessageType.QUERY_VALUE, payload));
    }

    private static Request request(
            SessionId session, long number, String operation, ByteString payload, ByteString authenticator) {
        return Request.of(
                session,
                number,
                RetrySemantics.EXACTLY_ONCE,
                ByteString.copyFromUtf8(operation),
                payload,
                authenticator);
    }

    private static Map<NodeId, NodeKeys> newKeys() {
        Map<NodeId, NodeKeys> keys = new LinkedHashMap<>();
        for (int id = 0; id < REPLICAS; id++) {
            keys.put(new NodeId.Replica(id), keysOf(id));
        }
        for (int id = 0; id < CLIENTS; id++) {
            keys.put(new NodeId.Client(id), keysOf(100 + id));
        }
        return keys;
    }

    private static NodeKeys keysOf(int number) {
        byte[] seed = new byte[32];
        seed[0] = (byte) number;
        return NodeKeys.fromSeed(ByteString.copyFrom(seed));
    }

    private static ClusterKeys newClusterKeys() {
        List<PublicKeys> replicas = new ArrayList<>();
        Map<Integer, PublicKeys> clients = new TreeMap<>();
        KEYS.forEach((node, keys) -> {
            if (node instanceof NodeId.Replica) {
                replicas.add(keys.publicKeys());
            } else {
                clients.put(node.id(), keys.publicKeys());
            }
        });
        return new ClusterKeys(CLUSTER_ID, 0, replicas, clients);
    }

    private static Authentication newAuthentication(NodeId node) {
        try {
            return new RealAuthentication(node, KEYS.get(node), CLUSTER_KEYS, CryptoProviders.best());
        } catch (KeyFileException e) {
            throw new AssertionError(e);
        }
    }
}
