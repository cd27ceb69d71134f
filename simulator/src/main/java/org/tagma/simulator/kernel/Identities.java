package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ClusterKeys;
import org.tagma.crypto.CryptoProvider;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PublicKeys;
import org.tagma.crypto.RealAuthentication;

/** Who the nodes of a run are, and how each proves it. */
public interface Identities {

    /** The means of a node to speak as itself. */
    Authentication of(NodeId node);

    /** Keyed hashes, all from one secret. */
    static Identities simulated(int replicas, long secret) {
        return node -> new SimulatedAuthentication(node, replicas, secret);
    }

    /** What production uses, with keys that follow from the secret. */
    static Identities real(int replicas, int clients, long secret) {
        List<NodeKeys> replicaKeys = new ArrayList<>();
        List<PublicKeys> replicaPublicKeys = new ArrayList<>();
        for (int id = 0; id < replicas; id++) {
            replicaKeys.add(NodeKeys.fromSeed(seed(secret, id)));
            replicaPublicKeys.add(replicaKeys.get(id).publicKeys());
        }
        List<NodeKeys> clientKeys = new ArrayList<>();
        Map<Integer, PublicKeys> clientPublicKeys = new TreeMap<>();
        for (int id = 0; id < clients; id++) {
            clientKeys.add(NodeKeys.fromSeed(seed(secret, ~id)));
            clientPublicKeys.put(id, clientKeys.get(id).publicKeys());
        }
        ClusterKeys cluster = new ClusterKeys(seed(secret, replicas), 0, replicaPublicKeys, clientPublicKeys);
        CryptoProvider provider = CryptoProviders.best();
        return node -> {
            NodeKeys keys = node instanceof NodeId.Replica ? replicaKeys.get(node.id()) : clientKeys.get(node.id());
            try {
                return new RealAuthentication(node, keys, cluster, provider);
            } catch (KeyFileException e) {
                throw new IllegalStateException("keys that were just made do not fit", e);
            }
        };
    }

    private static ByteString seed(long secret, int node) {
        byte[] bytes = new byte[CryptoProvider.SEED_BYTES];
        long word = KeyedHash.mix(secret, node);
        for (int i = 0; i < bytes.length; i++) {
            word = KeyedHash.mix(word, i);
            bytes[i] = (byte) word;
        }
        return ByteString.copyFrom(bytes);
    }
}
