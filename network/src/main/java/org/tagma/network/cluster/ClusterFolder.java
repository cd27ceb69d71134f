package org.tagma.network.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PrivateKeyFile;

/**
 * The folder of a cluster, as {@code tagma init} makes it: {@code cluster.yaml}, {@code keys/}, and what replicas keep
 * in {@code data/}.
 *
 * <p>Immutable; reads the files anew each time.
 *
 * @param root the folder
 */
public record ClusterFolder(Path root) {

    /** Who is in the cluster, where, with which limits; public, the same for all. */
    public Path clusterFile() {
        return root.resolve("cluster.yaml");
    }

    /** Where the private keys are. */
    public Path keys() {
        return root.resolve("keys");
    }

    /** The private keys of one replica. */
    public Path replicaKeyFile(int replica) {
        return keys().resolve("replica-" + replica + ".pem");
    }

    /** The private keys of one client. */
    public Path clientKeyFile(int client) {
        return keys().resolve("client-" + client + ".pem");
    }

    /** What one replica must not forget. */
    public Path dataFolder(int replica) {
        return root.resolve("data").resolve("replica-" + replica);
    }

    /** @throws ClusterFileException if it is missing or damaged */
    public ClusterConfig config() throws ClusterFileException {
        if (!Files.isDirectory(root)) {
            throw new ClusterFileException("there is no folder " + root
                    + "; check the path, or make a cluster with `tagma init --dir " + root + "`");
        }
        return ClusterFile.read(clusterFile());
    }

    /** @throws ClusterFileException if the cluster has no such replica */
    public void requireReplica(ClusterConfig config, int id) throws ClusterFileException {
        if (id < 0 || id >= config.replicaCount()) {
            throw new ClusterFileException("there is no replica " + id + " in " + clusterFile()
                    + "; it has the replicas 0 to " + (config.replicaCount() - 1));
        }
    }

    /** @throws KeyFileException if they are missing, damaged, or open to others */
    public NodeKeys replicaKeys(int replica) throws KeyFileException {
        return PrivateKeyFile.read(replicaKeyFile(replica));
    }

    /** @throws KeyFileException if they are missing, damaged, or open to others */
    public NodeKeys clientKeys(int client) throws KeyFileException {
        return PrivateKeyFile.read(clientKeyFile(client));
    }
}
