package org.tagma.crypto;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Hkdf;
import org.tagma.crypto.hash.HmacSha256;

/**
 * What one node needs to begin connections with the others of its cluster: a cheap proof that it belongs to it, so that
 * nothing costly is done for strangers, and the handshake that gives a connection keys of its own.
 *
 * <p>Thread-safe. The keys of proofs are computed once a peer and kept; the cluster file bounds their number.
 */
public final class ConnectionKeys {
    /** Length of a proof, in bytes: HMAC-SHA256 truncated to 128 bits. */
    public static final int PROOF_BYTES = 16;

    private static final byte[] INFO = Hkdf.label("tagma connection proof");
    private static final int KEY_BYTES = 32;

    private final NodeId self;
    private final NodeKeys keys;
    private final ClusterKeys cluster;
    private final CryptoProvider provider;
    private final SecureRandom random = new SecureRandom();
    private final Map<NodeId, ProofKeys> proofKeys = new ConcurrentHashMap<>();

    /** For one node, whose keys are those that the cluster lists for it. */
    public ConnectionKeys(NodeId self, NodeKeys keys, ClusterKeys cluster, CryptoProvider provider) {
        this.self = self;
        this.keys = keys;
        this.cluster = cluster;
        this.provider = provider;
    }

    private record ProofKeys(HmacSha256 outbound, HmacSha256 inbound) {}

    /** The cluster's id. */
    public ByteString clusterId() {
        return cluster.clusterId();
    }

    /** The cluster's epoch, 0 to 2^32 - 1. */
    public long epoch() {
        return cluster.epoch();
    }

    /**
     * This node's proof for one peer over what both have said.
     *
     * @throws IllegalArgumentException if the cluster has no such peer
     */
    public ByteString prove(NodeId remote, ByteString transcript) {
        ProofKeys known =
                proofKeys(remote).orElseThrow(() -> new IllegalArgumentException("the cluster has no " + remote));
        return UnsafeByteOperations.unsafeWrap(known.outbound().mac(INFO, transcript), 0, PROOF_BYTES);
    }

    /**
     * Whether the proof is the peer's; {@code false} for nodes not in the cluster. Costs a hash, after the first time.
     */
    public boolean verify(NodeId remote, ByteString transcript, ByteString proof) {
        return proof.size() == PROOF_BYTES
                && proofKeys(remote)
                        .map(known -> ConstantTime.equals(known.inbound().mac(INFO, transcript), proof, 0, PROOF_BYTES))
                        .orElse(false);
    }

    /** A handshake that we begin, with an ephemeral key of its own; empty if the cluster has no such peer. */
    public Optional<NoiseIk> initiate(NodeId remote, ByteString prologue) {
        return handshake(true, remote, prologue);
    }

    /** A handshake that the peer begins, with an ephemeral key of its own; empty if the cluster has no such peer. */
    public Optional<NoiseIk> respond(NodeId remote, ByteString prologue) {
        return handshake(false, remote, prologue);
    }

    private Optional<NoiseIk> handshake(boolean initiator, NodeId remote, ByteString prologue) {
        byte[] ephemeralKey = new byte[KEY_BYTES];
        random.nextBytes(ephemeralKey);
        return cluster.of(remote)
                .map(peer -> new NoiseIk(
                        initiator,
                        provider,
                        keys.x25519PrivateKey(),
                        peer.x25519().toByteArray(),
                        ephemeralKey,
                        prologue));
    }

    private Optional<ProofKeys> proofKeys(NodeId remote) {
        return Optional.ofNullable(proofKeys.computeIfAbsent(
                remote, node -> cluster.of(node).map(peer -> derive(node, peer)).orElse(null)));
    }

    private ProofKeys derive(NodeId remote, PublicKeys peer) {
        byte[] pseudorandomKey = Hkdf.extract(DomainPrefix.context(cluster), keys.sharedSecret(peer, provider));
        return new ProofKeys(direction(pseudorandomKey, self, remote), direction(pseudorandomKey, remote, self));
    }

    private static HmacSha256 direction(byte[] pseudorandomKey, NodeId sender, NodeId receiver) {
        byte[] from = DomainPrefix.node(sender);
        byte[] to = DomainPrefix.node(receiver);
        byte[] info = ByteBuffer.allocate(INFO.length + from.length + to.length)
                .put(INFO)
                .put(from)
                .put(to)
                .array();
        return new HmacSha256(Hkdf.expand(pseudorandomKey, info, KEY_BYTES));
    }
}
