package org.tagma.benchmarks.micro;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.NodeId;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.CryptoProvider;
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
import org.tagma.replica.settings.AuthenticationPolicy;

/** Four replicas and some clients with real keys, and messages of theirs. The keys are always the same. Immutable. */
final class SampleCluster {

    static final int REPLICAS = 4;

    private static final int SEED_BYTES = 32;
    private static final ByteString CLUSTER_ID = ByteString.copyFromUtf8("benchmark group!");

    private final AuthenticationPolicy policy;
    private final CryptoProvider provider;
    private final List<NodeKeys> replicas = new ArrayList<>();
    private final List<NodeKeys> clients = new ArrayList<>();
    private final ClusterKeys keys;

    SampleCluster(AuthenticationPolicy policy, String providerName, int clientCount) {
        this.policy = policy;
        this.provider = CryptoProviders.byName(providerName);
        List<PublicKeys> replicaKeys = new ArrayList<>();
        for (int id = 0; id < REPLICAS; id++) {
            replicas.add(newKeys(id));
            replicaKeys.add(replicas.get(id).publicKeys());
        }
        Map<Integer, PublicKeys> clientKeys = new HashMap<>();
        for (int id = 0; id < clientCount; id++) {
            clients.add(newKeys(REPLICAS + id));
            clientKeys.put(id, clients.get(id).publicKeys());
        }
        this.keys = new ClusterKeys(CLUSTER_ID, 0, replicaKeys, clientKeys);
    }

    private static NodeKeys newKeys(int number) {
        return NodeKeys.fromSeed(ByteString.copyFrom(
                ByteBuffer.allocate(SEED_BYTES).putInt(number + 1).clear()));
    }

    Authentication replica(int id) throws KeyFileException {
        return new RealAuthentication(new NodeId.Replica(id), replicas.get(id), keys, provider);
    }

    Authentication client(int id) throws KeyFileException {
        return new RealAuthentication(new NodeId.Client(id), clients.get(id), keys, provider);
    }

    /** A new one, which remembers no signature. */
    InboundVerifier verifier(Authentication replica, int maxBatchRequests) {
        CodecLimits limits = new CodecLimits(maxBatchRequests, 1 << 20, REPLICAS, 512, 1 << 16, 1 << 20);
        return new InboundVerifier(replica, policy, new MessageCodec(limits), Quorums.byzantine(REPLICAS));
    }

    /** The payload of a request without an operation. */
    static ByteString requestPayload(int client, long number) {
        return MessageCodec.encodeRequestPayload(
                new SessionId(client, 1), number, RetrySemantics.EXACTLY_ONCE, ByteString.EMPTY);
    }

    /** What a client proves its request with. */
    ByteString requestProof(Authentication client, ByteString payload) {
        return RequestAuthenticator.of(client, payload, policy.putsVectorOnRequests(), policy.mustSignRequests())
                .bytes();
    }

    /** A request of each client. */
    List<Request> requests() throws KeyFileException {
        List<Request> requests = new ArrayList<>();
        for (int id = 0; id < clients.size(); id++) {
            ByteString payload = requestPayload(id, 1);
            requests.add(Request.of(
                    new SessionId(id, 1),
                    1,
                    RetrySemantics.EXACTLY_ONCE,
                    ByteString.EMPTY,
                    payload,
                    requestProof(client(id), payload)));
        }
        return requests;
    }

    /** Replica 0's pre-prepare with a request of each client. */
    ByteString prePrepareFrame() throws KeyFileException {
        Authentication primary = replica(0);
        ByteString payload = MessageCodec.encodePayload(new PrePrepare(0, 1, Batch.of(1, requests())));
        ByteString proof = policy.putsVectorOnRequests()
                ? primary.macVector(MessageType.PRE_PREPARE_VALUE, payload)
                : primary.sign(MessageType.PRE_PREPARE_VALUE, payload);
        return MessageCodec.envelope(primary.self(), MessageType.PRE_PREPARE_VALUE, payload, proof);
    }
}
