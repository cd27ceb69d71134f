package org.tagma.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Sha256;

/**
 * {@link Authentication} by Ed25519 and by HMAC-SHA256 under pairwise X25519 keys.
 *
 * <p>Thread-safe without locks. Keys of peers are computed once and kept; the cluster file bounds their number.
 */
public final class RealAuthentication implements Authentication {
    private final NodeId self;
    private final ClusterKeys cluster;
    private final NodeKeys keys;
    private final CryptoProvider provider;
    private final SigningKey signingKey;
    private final DomainPrefix ownPrefix;
    private final Peer[] replicas;
    private final Map<Integer, Peer> clients = new ConcurrentHashMap<>();

    /**
     * For one node of a cluster.
     *
     * @throws KeyFileException if the private keys are not those of the node
     */
    public RealAuthentication(NodeId self, NodeKeys keys, ClusterKeys cluster, CryptoProvider provider)
            throws KeyFileException {
        cluster.requireOwner(self, keys);
        this.self = self;
        this.cluster = cluster;
        this.keys = keys;
        this.provider = provider;
        this.signingKey = keys.signingKey(provider);
        this.ownPrefix = new DomainPrefix(cluster, self);
        this.replicas = new Peer[cluster.replicas().size()];
        for (int id = 0; id < replicas.length; id++) {
            replicas[id] = newPeer(new NodeId.Replica(id), cluster.replicas().get(id));
        }
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public int replicas() {
        return replicas.length;
    }

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        return UnsafeByteOperations.unsafeWrap(signingKey.sign(signedBytes(ownPrefix, messageType, payload)));
    }

    /** What is signed: the prefix and the payload's digest, since a native provider takes no more than a megabyte. */
    static byte[] signedBytes(DomainPrefix prefix, int messageType, ByteString payload) {
        return prefix.join(messageType, Sha256.digest(payload));
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        Peer peer = peer(sender);
        return peer != null
                && signature.size() == CryptoProvider.SIGNATURE_BYTES
                && peer.verificationKey()
                        .verify(signedBytes(peer.prefix(), messageType, payload), signature.toByteArray());
    }

    @Override
    public ByteString mac(NodeId receiver, int messageType, ByteString payload) {
        Peer peer = peer(receiver);
        if (peer == null) {
            throw new IllegalArgumentException("the cluster has no " + receiver);
        }
        byte[] mac = peer.outbound().single().mac(ownPrefix.bytes(messageType), payload);
        return UnsafeByteOperations.unsafeWrap(mac, 0, MAC_BYTES);
    }

    @Override
    public boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac) {
        Peer peer = peer(sender);
        if (peer == null || mac.size() != MAC_BYTES) {
            return false;
        }
        byte[] expected = peer.inbound().single().mac(peer.prefix().bytes(messageType), payload);
        return ConstantTime.equals(expected, mac, 0, MAC_BYTES);
    }

    @Override
    public ByteString macVector(int messageType, ByteString payload) {
        // The entries are over a digest, as in Castro's PBFT, so that a long payload is hashed once and not n times.
        byte[] digest = Sha256.digest(ownPrefix.bytes(messageType), payload);
        byte[] vector = new byte[replicas.length * MAC_BYTES];
        for (int id = 0; id < replicas.length; id++) {
            byte[] mac = replicas[id].outbound().vector().mac(digest);
            System.arraycopy(mac, 0, vector, id * MAC_BYTES, MAC_BYTES);
        }
        return UnsafeByteOperations.unsafeWrap(vector);
    }

    @Override
    public boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector) {
        Peer peer = peer(sender);
        if (peer == null || !(self instanceof NodeId.Replica) || vector.size() != replicas.length * MAC_BYTES) {
            return false;
        }
        byte[] expected =
                peer.inbound().vector().mac(Sha256.digest(peer.prefix().bytes(messageType), payload));
        return ConstantTime.equals(expected, vector, self.id() * MAC_BYTES, MAC_BYTES);
    }

    /** What is kept about a node; null if it is not of the cluster. */
    private Peer peer(NodeId node) {
        if (node instanceof NodeId.Replica) {
            return node.id() < replicas.length ? replicas[node.id()] : null;
        }
        Peer known = clients.get(node.id());
        return known != null ? known : clients.computeIfAbsent(node.id(), id -> clientPeer(node));
    }

    private Peer clientPeer(NodeId client) {
        // Null, and so nothing kept, for an unknown client: the map grows no further than the cluster file.
        return cluster.of(client).map(publicKeys -> newPeer(client, publicKeys)).orElse(null);
    }

    private Peer newPeer(NodeId node, PublicKeys publicKeys) {
        return new Peer(keys, self, cluster, provider, node, publicKeys);
    }
}
