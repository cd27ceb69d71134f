package org.tagma.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.PrivateKeyFile;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFile;
import org.tagma.network.cluster.ClusterFileException;

/**
 * The folder of a cluster, as {@code tagma init} makes it: {@code cluster.yaml}, {@code keys/}, and what replicas keep in
 * {@code data/}.
 *
 * @param root the folder
 */
public record ClusterFolder(Path root) {

    public Path clusterFile() {
        return root.resolve("cluster.yaml");
    }

    Path keys() {
        return root.resolve("keys");
    }

    Path replicaKeyFile(int replica) {
        return keys().resolve("replica-" + replica + ".pem");
    }

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
            throw CommandFailure.cannotRun("there is no folder " + root
                    + "; check --dir, or make a cluster with `tagma init --dir " + root + "`");
        }
        return ClusterFile.read(clusterFile());
    }

    /** @throws CommandFailure if the cluster has no such replica */
    void requireReplica(ClusterConfig config, int id) {
        if (id < 0 || id >= config.replicaCount()) {
            throw CommandFailure.cannotRun("there is no replica " + id + " in " + clusterFile()
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
