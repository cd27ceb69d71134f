package org.tagma.cli;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.ReplicaInspector;
import org.tagma.cli.common.ReplicaStatus;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.replica.AdminQueries;

/** Sends an operator's commands to whoever can carry them out. Thread-safe. */
final class Operator implements AutoCloseable {

    /** How long to look for a leader: longer than an election should take. */
    private static final long LEADER_MILLIS = 10_000;

    private static final long ANSWER_MILLIS = 2_000;

    /** A change of the group waits until new members have caught up. */
    private static final long COMMAND_MILLIS = 60_000;

    private static final long PAUSE_MILLIS = 200;

    private final ClusterConfig config;
    private final ReplicaInspector inspector;

    /** @throws KeyFileException if there is no key of the client */
    Operator(ClusterFolder folder, ClusterConfig config, int client) throws KeyFileException {
        this.config = config;
        this.inspector = new ReplicaInspector(config, client, folder.clientKeys(client));
    }

    /** How all replicas are. */
    RaftGroup group() {
        List<Integer> all = IntStream.range(0, config.replicaCount()).boxed().toList();
        List<Optional<Map<String, String>>> answers = inspector.askAll(all, AdminQueries.STATUS, ANSWER_MILLIS);
        return new RaftGroup(all.stream()
                .map(id -> answers.get(id).flatMap(values -> RaftReplicaStatus.of(id, values)))
                .toList());
    }

    /**
     * Has a command carried out by the leader; under PBFT by whoever is the primary.
     *
     * @throws CommandFailure if there is no leader, or no answer, or the answer is no
     */
    String carryOut(ByteString command) throws InterruptedException {
        return carryOut(config.protocol().changesMembers() ? awaitLeader().replica() : primary(), command);
    }

    /** As far as most replicas know; whoever is asked says so if it is not. */
    private int primary() {
        return new PbftGroup(config, ReplicaStatus.ofAll(inspector, config.replicaCount(), ANSWER_MILLIS)).primary();
    }

    /**
     * Only a group that trusts its members has commands for its leader; that the cluster file says, and nobody need be
     * asked.
     *
     * @throws CommandFailure if this is no such group
     */
    static void requireLeader(ClusterConfig config, String whyNot) {
        if (!config.protocol().changesMembers()) {
            throw new CommandFailure(ExitStatus.UNSUCCESSFUL, whyNot, null);
        }
    }

    /**
     * Has a command carried out by one replica.
     *
     * @throws CommandFailure if there is no answer, or it is no
     */
    String carryOut(int replica, ByteString command) {
        ReplicaInspector.Outcome outcome = inspector
                .command(replica, command, COMMAND_MILLIS)
                .join()
                .orElseThrow(() -> new CommandFailure(
                        ExitStatus.NO_ANSWER,
                        "replica " + replica + " has not answered in " + COMMAND_MILLIS / 1_000
                                + " s; it may have been carried out all the same, see `tagma status`",
                        null));
        if (!outcome.done()) {
            throw new CommandFailure(ExitStatus.UNSUCCESSFUL, outcome.text(), null);
        }
        return outcome.text();
    }

    /** @throws CommandFailure if nobody leads */
    RaftReplicaStatus awaitLeader() throws InterruptedException {
        long deadline = System.nanoTime() + LEADER_MILLIS * 1_000_000;
        Optional<RaftReplicaStatus> leader = group().leader();
        while (leader.isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
            leader = group().leader();
        }
        return leader.orElseThrow(() -> new CommandFailure(
                ExitStatus.NO_ANSWER, "no replica that answers leads the group; see `tagma status`", null));
    }

    @Override
    public void close() {
        inspector.close();
    }
}
