package org.tagma;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PrivateKeyFile;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ClientEntry;
import org.tagma.network.cluster.ClusterConfig.ReplicaEntry;
import org.tagma.network.cluster.ClusterFile;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.network.cluster.NodePublicKeys;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.folder.DataFolder;

/**
 * A cluster to be made, with new keys.
 *
 * @param addresses one for each replica
 * @param faults f
 * @param durability when a vote counts as stored
 * @param clients how many may submit operations
 */
public record ClusterPlan(
        ProtocolDefinition protocol,
        AuthenticationMode authentication,
        CryptoProviderChoice cryptoProvider,
        boolean tls,
        List<ReplicaAddress> addresses,
        int faults,
        int clients,
        Durability durability) {

    private static final int CLUSTER_ID_BYTES = 16;

    /**
     * On free ports of the loopback interface, tolerating as many faults as possible, with the defaults of everything
     * else.
     */
    public static ClusterPlan onThisMachine(ProtocolDefinition protocol, int replicas, int clients) {
        return new ClusterPlan(
                protocol,
                AuthenticationMode.SIGNATURES,
                CryptoProviderChoice.AUTO,
                false,
                FreePorts.loopback(replicas),
                protocol.groupSizes().maximumFaults(replicas),
                clients,
                Durability.SYNC);
    }

    /** The protocol that a cluster file calls so. */
    static ProtocolDefinition protocol(String name) {
        return Protocols.named(name);
    }

    /**
     * Makes the keys and writes everything into a folder, which is made if it is not there.
     *
     * @throws org.tagma.protocol.InvalidSettingException if the plan is no good; nothing is written then
     * @throws KeyFileException if a key file cannot be written
     * @throws IOException if there is a cluster in the folder already, or it cannot be written; the message is one line
     */
    public ClusterConfig make(ClusterFolder folder) throws IOException {
        SecureRandom random = new SecureRandom();
        List<NodeKeys> replicaKeys = newKeys(addresses.size(), random);
        List<NodeKeys> clientKeys = newKeys(clients, random);
        ClusterConfig config = config(replicaKeys, clientKeys, random);
        refuseToOverwrite(folder);
        try {
            Files.createDirectories(folder.root());
            if (!Files.isDirectory(folder.keys())) {
                Files.createDirectory(
                        folder.keys(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            for (int id = 0; id < replicaKeys.size(); id++) {
                PrivateKeyFile.write(folder.replicaKeyFile(id), replicaKeys.get(id));
            }
            for (int id = 0; id < clientKeys.size(); id++) {
                PrivateKeyFile.write(folder.clientKeyFile(id), clientKeys.get(id));
            }
            for (int id = 0; id < replicaKeys.size(); id++) {
                DataFolder.initialize(folder.dataFolder(id), DataFolder.Owner.of(config, id));
            }
            // Last, so that a folder with a cluster file is a whole one.
            ClusterFile.write(config, folder.clusterFile());
        } catch (DataFolderException | KeyFileException | ClusterFileException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            throw new ClusterFileException(
                    "cannot write to " + folder.root() + ": " + e
                            + "; check the path, its permissions and the space left",
                    e);
        }
        return config;
    }

    private static void refuseToOverwrite(ClusterFolder folder) throws ClusterFileException {
        for (Path taken : List.of(folder.clusterFile(), folder.replicaKeyFile(0))) {
            if (Files.exists(taken)) {
                throw new ClusterFileException("there is a cluster in " + folder.root() + " already (" + taken
                        + "); give another --dir, or remove that one first");
            }
        }
        if (Files.exists(folder.root()) && !Files.isDirectory(folder.root())) {
            throw new ClusterFileException(folder.root() + " is a file, not a folder; give another --dir");
        }
    }

    private ClusterConfig config(List<NodeKeys> replicaKeys, List<NodeKeys> clientKeys, SecureRandom random) {
        byte[] clusterId = new byte[CLUSTER_ID_BYTES];
        random.nextBytes(clusterId);
        List<ReplicaEntry> replicas = new ArrayList<>();
        for (int id = 0; id < replicaKeys.size(); id++) {
            replicas.add(new ReplicaEntry(id, addresses.get(id), publicKeys(replicaKeys.get(id))));
        }
        List<ClientEntry> clientEntries = new ArrayList<>();
        for (int id = 0; id < clientKeys.size(); id++) {
            clientEntries.add(new ClientEntry(id, publicKeys(clientKeys.get(id))));
        }
        return new ClusterConfig(
                ByteString.copyFrom(clusterId),
                0,
                protocol,
                authentication,
                cryptoProvider,
                tls,
                faults,
                true,
                durability,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                replicas,
                clientEntries);
    }

    private static List<NodeKeys> newKeys(int count, SecureRandom random) {
        List<NodeKeys> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(NodeKeys.generate(random));
        }
        return keys;
    }

    private static NodePublicKeys publicKeys(NodeKeys keys) {
        return new NodePublicKeys(keys.publicKeys().ed25519(), keys.publicKeys().x25519());
    }
}
