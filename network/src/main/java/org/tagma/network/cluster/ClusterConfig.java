package org.tagma.network.cluster;

import static org.tagma.protocol.InvalidSettingException.checkRange;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.NodeId;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Settings;

/**
 * All that the members of a cluster must agree on, and the limits they run with. Every constructor here checks its
 * values and throws {@link InvalidSettingException}.
 *
 * <p>Immutable.
 *
 * @param clusterId 16 bytes that no other cluster has
 * @param epoch part of the cluster's identity, from 0; messages and data folders of another epoch are refused
 * @param faults f, how many faulty replicas are tolerated
 * @param tls whether connections are encrypted
 * @param readOnlyFastPath whether queries may be answered without ordering them
 * @param replicas in the order of their ids, 0..n-1
 * @param clients who may submit operations, ids at least 0
 * @param settings of the protocol: the section that bears its name
 * @param operators clients that may also send the commands of operators, such as a change of the group
 */
public record ClusterConfig(
        ByteString clusterId,
        int epoch,
        ProtocolDefinition protocol,
        AuthenticationMode authentication,
        CryptoProviderChoice cryptoProvider,
        boolean tls,
        int faults,
        boolean readOnlyFastPath,
        Durability durability,
        Timeouts timeouts,
        Batch batch,
        Window window,
        Limits limits,
        List<ReplicaEntry> replicas,
        List<ClientEntry> clients,
        Settings settings,
        List<Integer> operators) {

    static final int CLUSTER_ID_BYTES = 16;

    private static final int MAX_REPLICAS = 100;
    private static final int MAX_MILLIS = 3_600_000;

    /** A day. */
    private static final int MAX_SESSION_IDLE_MILLIS = 86_400_000;

    public ClusterConfig {
        replicas = List.copyOf(replicas);
        clients = List.copyOf(clients);
        operators = List.copyOf(operators);
        if (clusterId.size() != CLUSTER_ID_BYTES) {
            throw new InvalidSettingException("clusterId", "must be 32 hexadecimal digits");
        }
        checkRange("epoch", epoch, 0, Integer.MAX_VALUE);
        checkReplicas(replicas);
        authentication.check(protocol);
        protocol.check(settings, replicas.size());
        protocol.groupSizes().check(protocol.name(), protocol.firstMembers(settings, replicas.size()), faults);
        checkClients(clients);
        checkOperators(operators, clients);
        checkKeysDiffer(replicas, clients);
        checkSizesFit(batch, limits);
    }

    /** The same with the protocol's standard settings and client 0, if there is one, as the operator. */
    public ClusterConfig(
            ByteString clusterId,
            int epoch,
            ProtocolDefinition protocol,
            AuthenticationMode authentication,
            CryptoProviderChoice cryptoProvider,
            boolean tls,
            int faults,
            boolean readOnlyFastPath,
            Durability durability,
            Timeouts timeouts,
            Batch batch,
            Window window,
            Limits limits,
            List<ReplicaEntry> replicas,
            List<ClientEntry> clients) {
        this(
                clusterId,
                epoch,
                protocol,
                authentication,
                cryptoProvider,
                tls,
                faults,
                readOnlyFastPath,
                durability,
                timeouts,
                batch,
                window,
                limits,
                replicas,
                clients,
                Settings.standard(protocol.settings()),
                defaultOperators(clients));
    }

    /**
     * The same for a program that makes few signatures: native cryptography, unless the file demands it, takes longer
     * to load than it would save.
     */
    public ClusterConfig forFewSignatures() {
        if (cryptoProvider != CryptoProviderChoice.AUTO) {
            return this;
        }
        return new ClusterConfig(
                clusterId,
                epoch,
                protocol,
                authentication,
                CryptoProviderChoice.BOUNCYCASTLE,
                tls,
                faults,
                readOnlyFastPath,
                durability,
                timeouts,
                batch,
                window,
                limits,
                replicas,
                clients,
                settings,
                operators);
    }

    /** Client 0, if there is one. */
    static List<Integer> defaultOperators(List<ClientEntry> clients) {
        return clients.stream().map(ClientEntry::id).filter(id -> id == 0).toList();
    }

    /**
     * How long to wait, in milliseconds, each 1..3600000.
     *
     * @param requestTimeoutMillis how long a request may take a primary that has as much to do as it can; one that has
     *     not is suspected sooner, by what the group was seen to do
     * @param viewChangeTimeoutMillis until a view change is given up for the next view, at most, before back-off
     * @param statusIntervalMillis between the status messages by which replicas find out what they miss
     * @param clientRetryMillis until a client sends a request again
     * @param clientDeadlineMillis until a client gives up
     */
    public record Timeouts(
            int requestTimeoutMillis,
            int viewChangeTimeoutMillis,
            int statusIntervalMillis,
            int clientRetryMillis,
            int clientDeadlineMillis) {
        public Timeouts {
            checkRange("requestTimeoutMillis", requestTimeoutMillis, 1, MAX_MILLIS);
            checkRange("viewChangeTimeoutMillis", viewChangeTimeoutMillis, 1, MAX_MILLIS);
            checkRange("statusIntervalMillis", statusIntervalMillis, 1, MAX_MILLIS);
            checkRange("clientRetryMillis", clientRetryMillis, 1, MAX_MILLIS);
            checkRange("clientDeadlineMillis", clientDeadlineMillis, 1, MAX_MILLIS);
            if (clientRetryMillis > clientDeadlineMillis) {
                throw new InvalidSettingException("clientRetryMillis", "must not be more than clientDeadlineMillis");
            }
        }

        /** 2000, 2000, 100, 500, 30000. */
        public static Timeouts defaults() {
            return new Timeouts(2_000, 2_000, 100, 500, 30_000);
        }
    }

    /**
     * How large a batch may become.
     *
     * @param maxRequests 1..100000
     * @param maxBytes 1..1 GiB
     */
    public record Batch(int maxRequests, int maxBytes) {
        public Batch {
            checkRange("maxRequests", maxRequests, 1, 100_000);
            checkRange("maxBytes", maxBytes, 1, 1 << 30);
        }

        /** 512 requests, 1 MiB. */
        public static Batch defaults() {
            return new Batch(512, 1 << 20);
        }
    }

    /**
     * How far sequence numbers may run ahead.
     *
     * @param checkpointInterval sequence numbers between checkpoints, 1..1000000
     * @param logWindow sequence numbers above the last stable checkpoint that are accepted; at least two intervals
     * @param pipelineDepth instances the primary runs at once, at most logWindow
     */
    public record Window(int checkpointInterval, int logWindow, int pipelineDepth) {
        public Window {
            checkRange("checkpointInterval", checkpointInterval, 1, 1_000_000);
            checkRange("logWindow", logWindow, 2L * checkpointInterval, 100_000_000);
            checkRange("pipelineDepth", pipelineDepth, 1, logWindow);
        }

        /** 128, 512, 4. */
        public static Window defaults() {
            return new Window(128, 512, 1);
        }
    }

    /**
     * What others can make grow, and how far.
     *
     * @param maxFrameBytes the largest frame between replicas, 64 KiB..1 GiB
     * @param maxPendingRequests requests a replica holds that are not ordered yet
     * @param maxPendingRequestsPerClient of these, of one client
     * @param maxSessionsPerClient sessions that one client may have open
     * @param sessionPipeline requests in flight on one session
     * @param replyBytesPerClient how much the sessions and kept replies of one client may take in the replicated state
     * @param replyBytes how much those of all clients may take
     * @param sessionIdleMillis a session in which nothing was executed for so long, by agreed time, ends
     * @param maxClockSkewMillis how far a batch's time may be ahead of a replica's clock
     * @param maxOperationBytes the largest operation
     */
    public record Limits(
            int maxFrameBytes,
            int maxPendingRequests,
            int maxPendingRequestsPerClient,
            int maxSessionsPerClient,
            int sessionPipeline,
            int replyBytesPerClient,
            int replyBytes,
            int sessionIdleMillis,
            int maxClockSkewMillis,
            int maxOperationBytes) {
        public Limits {
            checkRange("maxFrameBytes", maxFrameBytes, 64 * 1024, 1 << 30);
            checkRange("maxPendingRequests", maxPendingRequests, 1, 10_000_000);
            checkRange("maxPendingRequestsPerClient", maxPendingRequestsPerClient, 1, maxPendingRequests);
            checkRange("maxSessionsPerClient", maxSessionsPerClient, 1, 1_000_000);
            checkRange("sessionPipeline", sessionPipeline, 1, 1_000_000);
            checkRange("replyBytesPerClient", replyBytesPerClient, 1, 1 << 30);
            checkRange("replyBytes", replyBytes, replyBytesPerClient, 1 << 30);
            checkRange("sessionIdleMillis", sessionIdleMillis, 1_000, MAX_SESSION_IDLE_MILLIS);
            checkRange("maxClockSkewMillis", maxClockSkewMillis, 1, MAX_MILLIS);
            checkRange("maxOperationBytes", maxOperationBytes, 1, maxFrameBytes);
        }

        /**
         * 16 MiB frames, 20000 requests, 2048 of one client, 1024 sessions, 256 in flight, replies of 3 MiB for a
         * client and 6 MiB in all, idle for an hour, 60 s, 1 MiB operations.
         */
        public static Limits defaults() {
            return new Limits(16 << 20, 20_000, 2_048, 1_024, 256, 3 << 20, 6 << 20, 3_600_000, 60_000, 1 << 20);
        }
    }

    /** A replica: its id, where it listens, and its keys. */
    public record ReplicaEntry(int id, ReplicaAddress address, NodePublicKeys keys) {}

    /** A client and its keys. */
    public record ClientEntry(int id, NodePublicKeys keys) {
        public ClientEntry {
            checkRange("id", id, 0, Integer.MAX_VALUE);
        }
    }

    /** n. */
    public int replicaCount() {
        return replicas.size();
    }

    /**
     * Where a replica listens.
     *
     * @throws IndexOutOfBoundsException if there is no such replica
     */
    public ReplicaAddress address(int replica) {
        return replicas.get(replica).address();
    }

    /** The keys of a replica or client; empty if it is not in the cluster. */
    public Optional<NodePublicKeys> keys(NodeId node) {
        if (node instanceof NodeId.Replica) {
            return node.id() < replicas.size()
                    ? Optional.of(replicas.get(node.id()).keys())
                    : Optional.empty();
        }
        return clients.stream()
                .filter(client -> client.id() == node.id())
                .map(ClientEntry::keys)
                .findFirst();
    }

    private static void checkReplicas(List<ReplicaEntry> replicas) {
        checkRange("replicas", replicas.size(), 1, MAX_REPLICAS);
        Set<ReplicaAddress> addresses = new HashSet<>();
        for (int id = 0; id < replicas.size(); id++) {
            ReplicaEntry replica = replicas.get(id);
            if (replica.id() != id) {
                throw new InvalidSettingException(
                        "replicas", "must have the ids 0, 1, 2, ... in order; entry " + id + " has id " + replica.id());
            }
            if (!addresses.add(replica.address())) {
                throw new InvalidSettingException(
                        "replicas", "must have different addresses; " + replica.address() + " is there twice");
            }
        }
    }

    private static void checkOperators(List<Integer> operators, List<ClientEntry> clients) {
        Set<Integer> ids = new HashSet<>();
        clients.forEach(client -> ids.add(client.id()));
        for (int operator : operators) {
            if (!ids.remove(operator)) {
                throw new InvalidSettingException(
                        "operators", "must be ids of clients, each once; " + operator + " is not, or is there twice");
            }
        }
    }

    private static void checkClients(List<ClientEntry> clients) {
        Set<Integer> ids = new HashSet<>();
        for (ClientEntry client : clients) {
            if (!ids.add(client.id())) {
                throw new InvalidSettingException(
                        "clients", "must have different ids; " + client.id() + " is there twice");
            }
        }
    }

    /** Two nodes with one key would be one node with two votes. */
    private static void checkKeysDiffer(List<ReplicaEntry> replicas, List<ClientEntry> clients) {
        Set<ByteString> seen = new HashSet<>();
        for (ReplicaEntry replica : replicas) {
            if (!seen.add(replica.keys().ed25519()) || !seen.add(replica.keys().x25519())) {
                throw new InvalidSettingException("replicas", "must not share a key; see replica " + replica.id());
            }
        }
        for (ClientEntry client : clients) {
            if (!seen.add(client.keys().ed25519()) || !seen.add(client.keys().x25519())) {
                throw new InvalidSettingException(
                        "clients", "must not share a key with another node; see client " + client.id());
            }
        }
    }

    private static void checkSizesFit(Batch batch, Limits limits) {
        if (batch.maxBytes() > limits.maxFrameBytes() / 2) {
            throw new InvalidSettingException(
                    "maxFrameBytes", "must be at least twice the maxBytes of a batch, which a frame has to carry");
        }
        if (limits.maxOperationBytes() > batch.maxBytes()) {
            throw new InvalidSettingException("maxOperationBytes", "must not be more than the maxBytes of a batch");
        }
    }
}
