package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.NodeId;

/**
 * Who belongs to a cluster: what the cluster file says about identity. Whoever is not in it, nobody listens to.
 *
 * <p>Immutable, thread-safe.
 *
 * @param clusterId 16 to 64 bytes that no other cluster has
 * @param epoch 0 to 2^32 - 1: the generation of the membership; what was authenticated in one counts in no other
 * @param replicas the replicas' keys, in the order of their ids from 0; at least one
 * @param clients the clients' keys by id
 */
public record ClusterKeys(
        ByteString clusterId, long epoch, List<PublicKeys> replicas, Map<Integer, PublicKeys> clients) {
    /** Least length of a cluster id, in bytes. */
    public static final int MIN_CLUSTER_ID_BYTES = 16;

    /** Greatest length of a cluster id, in bytes. */
    public static final int MAX_CLUSTER_ID_BYTES = 64;

    private static final long MAX_EPOCH = 0xffff_ffffL;

    /** @throws IllegalArgumentException if a value is out of its range, or two nodes share a key */
    public ClusterKeys {
        if (clusterId.size() < MIN_CLUSTER_ID_BYTES || clusterId.size() > MAX_CLUSTER_ID_BYTES) {
            throw new IllegalArgumentException("a cluster id has " + MIN_CLUSTER_ID_BYTES + " to "
                    + MAX_CLUSTER_ID_BYTES + " bytes, not " + clusterId.size());
        }
        if (epoch < 0 || epoch > MAX_EPOCH) {
            throw new IllegalArgumentException("an epoch is 0 to " + MAX_EPOCH + ", not " + epoch);
        }
        if (replicas.isEmpty()) {
            throw new IllegalArgumentException("a cluster has at least one replica");
        }
        replicas = List.copyOf(replicas);
        clients = Collections.unmodifiableMap(new TreeMap<>(clients));
        checkDistinct(replicas, clients);
    }

    /** The keys of a node; empty if it is not of this cluster. */
    public Optional<PublicKeys> of(NodeId node) {
        if (node instanceof NodeId.Replica) {
            return node.id() < replicas.size() ? Optional.of(replicas.get(node.id())) : Optional.empty();
        }
        return Optional.ofNullable(clients.get(node.id()));
    }

    /** All nodes by their Ed25519 keys: replicas first, each kind in the order of ids. */
    public Map<ByteString, NodeId> nodesByEd25519() {
        return nodesByEd25519(replicas, clients);
    }

    /**
     * Makes sure that private keys are those of a node of this cluster.
     *
     * @throws KeyFileException if they belong to somebody else
     */
    public void requireOwner(NodeId node, NodeKeys keys) throws KeyFileException {
        PublicKeys listed = of(node).orElseThrow(() ->
                new KeyFileException("the cluster has no " + node + "; check the id and the cluster file"));
        if (!listed.equals(keys.publicKeys())) {
            NodeId owner = nodesByEd25519().get(keys.publicKeys().ed25519());
            throw new KeyFileException("the private key is not that of " + node + " but of "
                    + (owner == null ? "nobody in the cluster" : owner.toString())
                    + "; use the key file made together with the cluster file");
        }
    }

    private static void checkDistinct(List<PublicKeys> replicas, Map<Integer, PublicKeys> clients) {
        // Two names with one key would be one voter counted twice.
        Set<ByteString> x25519Keys = new HashSet<>();
        replicas.forEach(keys -> x25519Keys.add(keys.x25519()));
        clients.values().forEach(keys -> x25519Keys.add(keys.x25519()));
        int nodes = replicas.size() + clients.size();
        if (nodesByEd25519(replicas, clients).size() != nodes || x25519Keys.size() != nodes) {
            throw new IllegalArgumentException("two nodes of the cluster have the same key; every node needs its own");
        }
    }

    private static Map<ByteString, NodeId> nodesByEd25519(List<PublicKeys> replicas, Map<Integer, PublicKeys> clients) {
        Map<ByteString, NodeId> nodes = new LinkedHashMap<>();
        for (int id = 0; id < replicas.size(); id++) {
            nodes.put(replicas.get(id).ed25519(), new NodeId.Replica(id));
        }
        clients.forEach((id, keys) -> nodes.put(keys.ed25519(), new NodeId.Client(id)));
        return nodes;
    }
}
