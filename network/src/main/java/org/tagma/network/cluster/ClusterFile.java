package org.tagma.network.cluster;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.Settings;

/**
 * The cluster file, in YAML. Reading is strict: a key that is unknown, missing or there twice is an error, so that a
 * slip of the pen is not a silent default.
 */
public final class ClusterFile {
    private static final long MAX_FILE_BYTES = 16L << 20;

    private ClusterFile() {}

    /**
     * Reads a file.
     *
     * @throws ClusterFileException if it is missing, damaged or contradicts itself
     */
    public static ClusterConfig read(Path file) throws ClusterFileException {
        return parse(file.toString(), text(file));
    }

    private static String text(Path file) throws ClusterFileException {
        boolean tooLarge;
        String text;
        try {
            tooLarge = Files.size(file) > MAX_FILE_BYTES;
            text = tooLarge ? "" : Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ClusterFileException(file + ": there is no such file; make a cluster with tagma init", e);
        } catch (CharacterCodingException e) {
            throw new ClusterFileException(file + ": is not a text file in UTF-8; is it the right file?", e);
        } catch (IOException e) {
            throw new ClusterFileException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (tooLarge) {
            throw new ClusterFileException(file + ": is too large for a cluster file; is it the right file?");
        }
        return text;
    }

    /**
     * Writes a file, with a comment for each setting. Reading it gives an equal configuration.
     *
     * @throws IOException if it cannot be written
     */
    public static void write(ClusterConfig config, Path file) throws IOException {
        Files.writeString(file, ClusterFileText.of(config), StandardCharsets.UTF_8);
    }

    static ClusterConfig parse(String file, String text) throws ClusterFileException {
        SettingsSection root = SettingsSection.root(file, YamlReader.read(file, text), keys());
        var clusterId = root.hex("clusterId", ClusterConfig.CLUSTER_ID_BYTES);
        int epoch = root.integer("epoch");
        var protocol = protocol(root);
        var authentication = root.choice("authentication", AuthenticationMode.class);
        var cryptoProvider = root.choice("cryptoProvider", CryptoProviderChoice.class);
        boolean tls = root.bool("tls");
        int faults = root.integer("faults");
        boolean readOnlyFastPath = root.bool("readOnlyFastPath");
        var durability = root.choice("durability", Durability.class);
        var timeouts = timeouts(root);
        var batch = batch(root);
        var window = window(root);
        var limits = limits(root);
        var settings = settings(root, protocol);
        var replicas = replicas(root);
        var clients = clients(root);
        var operators = root.integersOr("operators", ClusterConfig.defaultOperators(clients));
        return root.build(() -> new ClusterConfig(
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
                settings,
                operators));
    }

    /** Each protocol has a section; that of one which the cluster does not run is read and of no account. */
    private static List<String> keys() {
        List<String> keys = new ArrayList<>(List.of(
                "clusterId",
                "epoch",
                "protocol",
                "authentication",
                "cryptoProvider",
                "tls",
                "faults",
                "readOnlyFastPath",
                "durability",
                "timeouts",
                "batch",
                "window",
                "limits",
                "replicas",
                "clients",
                "operators"));
        Protocols.all().stream().map(ProtocolDefinition::name).forEach(keys::add);
        return keys;
    }

    private static ClusterConfig.Timeouts timeouts(SettingsSection root) throws ClusterFileException {
        SettingsSection section = root.section(
                "timeouts",
                "requestTimeoutMillis",
                "viewChangeTimeoutMillis",
                "statusIntervalMillis",
                "clientRetryMillis",
                "clientDeadlineMillis");
        int request = section.integer("requestTimeoutMillis");
        int viewChange = section.integer("viewChangeTimeoutMillis");
        int status = section.integer("statusIntervalMillis");
        int retry = section.integer("clientRetryMillis");
        int deadline = section.integer("clientDeadlineMillis");
        return section.build(() -> new ClusterConfig.Timeouts(request, viewChange, status, retry, deadline));
    }

    private static ClusterConfig.Batch batch(SettingsSection root) throws ClusterFileException {
        SettingsSection section = root.section("batch", "maxRequests", "maxBytes");
        int maxRequests = section.integer("maxRequests");
        int maxBytes = section.integer("maxBytes");
        return section.build(() -> new ClusterConfig.Batch(maxRequests, maxBytes));
    }

    private static ClusterConfig.Window window(SettingsSection root) throws ClusterFileException {
        SettingsSection section = root.section("window", "checkpointInterval", "logWindow", "pipelineDepth");
        int checkpointInterval = section.integer("checkpointInterval");
        int logWindow = section.integer("logWindow");
        int pipelineDepth = section.integer("pipelineDepth");
        return section.build(() -> new ClusterConfig.Window(checkpointInterval, logWindow, pipelineDepth));
    }

    private static ClusterConfig.Limits limits(SettingsSection root) throws ClusterFileException {
        SettingsSection section = root.section(
                "limits",
                "maxFrameBytes",
                "maxPendingRequests",
                "maxPendingRequestsPerClient",
                "maxSessionsPerClient",
                "sessionPipeline",
                "replyBytesPerClient",
                "replyBytes",
                "sessionIdleMillis",
                "maxClockSkewMillis",
                "maxOperationBytes");
        int frame = section.integer("maxFrameBytes");
        int pending = section.integer("maxPendingRequests");
        int pendingPerClient = section.integer("maxPendingRequestsPerClient");
        int sessions = section.integer("maxSessionsPerClient");
        int pipeline = section.integer("sessionPipeline");
        ClusterConfig.Limits defaults = ClusterConfig.Limits.defaults();
        int clientReplies = section.integerOr("replyBytesPerClient", defaults.replyBytesPerClient());
        int replies = section.integerOr("replyBytes", Math.max(clientReplies, defaults.replyBytes()));
        int idle = section.integerOr("sessionIdleMillis", defaults.sessionIdleMillis());
        int skew = section.integer("maxClockSkewMillis");
        int operation = section.integer("maxOperationBytes");
        return section.build(() -> new ClusterConfig.Limits(
                frame, pending, pendingPerClient, sessions, pipeline, clientReplies, replies, idle, skew, operation));
    }

    private static ProtocolDefinition protocol(SettingsSection root) throws ClusterFileException {
        String name = root.text("protocol");
        Optional<ProtocolDefinition> protocol = Protocols.find(name);
        if (protocol.isEmpty()) {
            throw root.error("protocol", "protocol must be " + Protocols.names() + ", not \"" + name + "\"");
        }
        return protocol.get();
    }

    private static Settings settings(SettingsSection root, ProtocolDefinition protocol) throws ClusterFileException {
        for (ProtocolDefinition other : Protocols.all()) {
            if (other != protocol) {
                root.settings(other.name(), other.settings(), values -> {});
            }
        }
        int replicas = root.size("replicas");
        return root.settings(protocol.name(), protocol.settings(), values -> protocol.check(values, replicas));
    }

    private static List<ClusterConfig.ReplicaEntry> replicas(SettingsSection root) throws ClusterFileException {
        List<ClusterConfig.ReplicaEntry> replicas = new ArrayList<>();
        for (SettingsSection section : root.sections("replicas", "a replica", "id", "address", "ed25519", "x25519")) {
            int id = section.integer("id");
            String address = section.text("address");
            ReplicaAddress parsed = section.build(() -> ReplicaAddress.parse(address));
            replicas.add(new ClusterConfig.ReplicaEntry(id, parsed, keys(section)));
        }
        return replicas;
    }

    private static List<ClusterConfig.ClientEntry> clients(SettingsSection root) throws ClusterFileException {
        List<ClusterConfig.ClientEntry> clients = new ArrayList<>();
        for (SettingsSection section : root.sections("clients", "a client", "id", "ed25519", "x25519")) {
            int id = section.integer("id");
            NodePublicKeys keys = keys(section);
            clients.add(section.build(() -> new ClusterConfig.ClientEntry(id, keys)));
        }
        return clients;
    }

    private static NodePublicKeys keys(SettingsSection section) throws ClusterFileException {
        return new NodePublicKeys(
                section.hex("ed25519", NodePublicKeys.KEY_BYTES), section.hex("x25519", NodePublicKeys.KEY_BYTES));
    }
}
