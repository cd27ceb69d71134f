package org.tagma.admin;

import com.google.protobuf.ByteString;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;

/** Sends an operator's commands to whoever can carry them out. Thread-safe. */
public final class Operator implements AutoCloseable {

    /** How long to look for a leader: longer than an election should take. */
    private static final long LEADER_MILLIS = 10_000;

    private static final long ANSWER_MILLIS = 2_000;

    /** A change of the group waits until new members have caught up. */
    private static final long COMMAND_MILLIS = 60_000;

    private static final long PAUSE_MILLIS = 200;

    private final ClusterConfig config;
    private final ReplicaInspector inspector;

    /**
     * Begins to connect to all replicas.
     *
     * @param client whose key in the folder is an operator's
     * @throws KeyFileException if there is no key of the client
     */
    public Operator(ClusterFolder folder, ClusterConfig config, int client) throws KeyFileException {
        this.config = config;
        this.inspector = new ReplicaInspector(config, client, folder.clientKeys(client));
    }

    /** How all replicas are. */
    public GroupStatus group() {
        return new GroupStatus(config, ReplicaStatus.ofAll(inspector, config.replicaCount(), ANSWER_MILLIS));
    }

    /**
     * Has a command carried out by whoever leads, as far as is known; if it does not, it says so.
     *
     * @throws OperatorException if there is no leader, or no answer, or the answer is no
     */
    public String carryOut(ByteString command) throws InterruptedException {
        return carryOut(awaitLeader().leader(), command);
    }

    /**
     * Has a command carried out by one replica.
     *
     * @throws OperatorException if there is no answer, or it is no
     */
    public String carryOut(int replica, ByteString command) {
        ReplicaInspector.Outcome outcome = inspector
                .command(replica, command, COMMAND_MILLIS)
                .join()
                .orElseThrow(() -> OperatorException.noAnswer("replica " + replica
                        + " has not answered in " + COMMAND_MILLIS / 1_000
                        + " s; it may have been carried out all the same, see `tagma status`"));
        if (!outcome.done()) {
            throw OperatorException.refused(outcome.text());
        }
        return outcome.text();
    }

    /**
     * A group that has a leader.
     *
     * @throws OperatorException if nobody leads for ten seconds
     */
    public GroupStatus awaitLeader() throws InterruptedException {
        long deadline = System.nanoTime() + LEADER_MILLIS * 1_000_000;
        GroupStatus group = group();
        while (group.leader() < 0 && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
            group = group();
        }
        if (group.leader() < 0) {
            throw OperatorException.noAnswer("no replica that answers leads the group; see `tagma status`");
        }
        return group;
    }

    @Override
    public void close() {
        inspector.close();
    }
}
