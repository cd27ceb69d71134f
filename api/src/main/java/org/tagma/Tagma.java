package org.tagma;

import java.io.IOException;
import java.nio.file.Path;
import org.tagma.client.BftClient;
import org.tagma.core.service.StateMachine;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.replica.ClusterReplica;
import org.tagma.replica.ReplicaServer;

/**
 * A replicated service of one's own, in three steps: make a cluster's folder, with {@code tagma init} or
 * {@link #makeCluster}; run a {@link #replica} of the service for each replica in it; have operations executed by a
 * {@link #client}.
 *
 * <p>Where options are wanted that are not in the cluster file there are {@link ClusterReplica} and
 * {@link BftClient#builder}.
 *
 * <p>Thread-safe: methods without state.
 */
public final class Tagma {

    private static final int CLIENTS = 4;

    private Tagma() {}

    /**
     * Starts one replica of a service and returns once it listens; it then catches up with the others in the
     * background. It runs on threads of its own until it is closed. Closing it, or killing the process, loses nothing
     * that was acknowledged (as long as the cluster file says {@code durability: sync}, the default); started again it
     * goes on.
     *
     * @param folder of the cluster; of the private keys, only this replica's need to be there
     * @param id which replica of the cluster, from 0
     * @param service for this replica alone
     * @return to be closed, which waits until it has stopped, some seconds at most;
     *     {@link ReplicaServer#awaitTermination} returns when it stops by itself, and {@link ReplicaServer#failure}
     *     says why it did
     * @throws IOException if the folder, the keys or the replica's data cannot be used; the message is one line
     * @throws org.tagma.network.transport.BindFailedException if its address is taken
     * @throws IllegalArgumentException if the cluster file asks for what cannot be done here, such as more memory than
     *     the process has
     */
    public static ReplicaServer replica(Path folder, int id, Service service) throws IOException {
        return replica(folder, id, stateMachine(service));
    }

    /** {@link #replica(Path, int, Service)} for a service that keeps its state itself. */
    public static ReplicaServer replica(Path folder, int id, InMemoryService service) throws IOException {
        return replica(folder, id, stateMachine(service));
    }

    /** {@link #replica(Path, int, Service)} for a state machine in its first state. */
    public static ReplicaServer replica(Path folder, int id, StateMachine stateMachine) throws IOException {
        ClusterFolder cluster = new ClusterFolder(folder);
        ClusterConfig config = cluster.config();
        cluster.requireReplica(config, id);
        ReplicaServer server = ClusterReplica.of(config, id, cluster.replicaKeys(id), stateMachine)
                .dataFolder(cluster.dataFolder(id))
                .build();
        // Closes itself if it cannot start.
        server.start();
        return server;
    }

    /**
     * Makes a client of a cluster and returns at once; it connects in the background, and keeps trying. Its calls never
     * block: they return futures, which fail with a {@link org.tagma.client.call.BftClientException}. Several clients,
     * also in several processes, may use one id at once.
     *
     * @param folder of the cluster; of the private keys, only this client's need to be there
     * @param id which client of the cluster, from 0
     * @return thread-safe; to be closed, which ends the calls under way
     * @throws IOException if the folder or the keys cannot be used; the message is one line
     */
    public static BftClient client(Path folder, int id) throws IOException {
        return BftClient.open(folder, id);
    }

    /**
     * Makes the folder of a cluster whose replicas all run on this machine, on free ports, with keys for four clients
     * and the defaults of {@code tagma init}: for tests and trials. Blocks while it writes.
     *
     * @param folder made if it is not there
     * @param protocol as the cluster file calls it: {@code pbft} or {@code raft}
     * @param replicas how many; as many of them may be faulty as the protocol can tolerate
     * @throws IOException if there is a cluster in the folder already, or it cannot be written; the message is one line
     * @throws IllegalArgumentException if there is no such protocol, or it cannot run with so many replicas
     */
    public static void makeCluster(Path folder, String protocol, int replicas) throws IOException {
        ProtocolDefinition kind = ClusterPlan.protocol(protocol);
        ClusterPlan.onThisMachine(kind, replicas, CLIENTS).make(new ClusterFolder(folder));
    }

    /** A service as a state machine with an empty state, for what takes state machines. */
    public static StateMachine stateMachine(Service service) {
        return new StoredServiceMachine(service);
    }

    /** A service as a state machine, for what takes state machines. */
    public static StateMachine stateMachine(InMemoryService service) {
        return new InMemoryServiceMachine(service);
    }
}
