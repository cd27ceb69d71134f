package org.tagma.network.cluster;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;

/** The text of a cluster file, from a template, so that there is a comment for the reader at each setting. */
final class ClusterFileText {
    private static final String TEMPLATE = """
            # A Tagma cluster. Every replica and client needs this file; all that is in it is public.
            # How a setting is changed is said at each:
            #   [each]    by each node for itself: restart it with the new value.
            #   [all]     by all replicas at once: stop all, change all files, start all. Clients where it says so.
            #             Nodes that differ refuse each other, with a line that names the setting and both values.
            #   [agreed]  by `tagma settings --dir DIR set NAME VALUE`, while the group runs. It is part of the
            #             replicated state: what stands here is what the group began with, and stays as it is.
            #   [never]   it stays what it was when the group began.

            # Tells this cluster from every other; messages of another cluster are refused. [never]
            clusterId: "{clusterId}"
            # Part of the cluster's identity: messages, data folders and backups of another epoch are refused. [never]
            epoch: {epoch}

            {protocols}
            # [never]
            protocol: {protocol}
            # [never]
            # f, how many faulty replicas are tolerated.
            faults: {faults}
            # Besides the connections, which always are. signatures: requests and votes carry Ed25519 signatures.
            # client-signatures: requests do, votes carry message authentication codes. macs: requests carry these,
            # too, and with pbft signatures where need be. none: nothing does; for raft. [all], and all clients
            authentication: {authentication}
            # auto takes the fastest implementation that loads; bouncycastle runs everywhere; corretto is native
            # code. [each]
            cryptoProvider: {cryptoProvider}
            # Encrypts all connections (TLS 1.3, with the nodes' own keys). They are authenticated in any case.
            # [all], and all clients
            tls: {tls}
            # Whether queries may be answered by a quorum of replicas without being ordered. [all], and all clients
            readOnlyFastPath: {readOnlyFastPath}
            # When a vote counts as stored. sync: on disk. async: with the operating system. memory: at once, lost
            # in a crash. [each]
            durability: {durability}

            # [each]; the last two are for clients.
            timeouts:
              # A replica suspects the primary when a request is not ordered for so long; sooner, down to a tenth of it,
              # where the group is seen to be fast and the primary not to be busy.
              requestTimeoutMillis: {requestTimeoutMillis}
              # A view change is given up for the next view after so long at most; doubled while view changes fail.
              viewChangeTimeoutMillis: {viewChangeTimeoutMillis}
              # How often replicas tell each other how far they are.
              statusIntervalMillis: {statusIntervalMillis}
              # A client sends a request again after so long; doubled at each retry.
              clientRetryMillis: {clientRetryMillis}
              # A client gives a request up after so long.
              clientDeadlineMillis: {clientDeadlineMillis}

            # A batch is ordered as one; it is closed when it has so many requests, or bytes. [all]
            batch:
              maxRequests: {maxRequests}
              maxBytes: {maxBytes}

            window:
              # A checkpoint is taken every so many batches. [all]
              checkpointInterval: {checkpointInterval}
              # Batches that may be under way above the last stable checkpoint; at least two intervals. [all]
              logWindow: {logWindow}
              # Batches the primary orders at the same time. With 1, requests that come meanwhile make the next batch
              # larger, which is best where messages are fast; raise it where replicas are far apart. [each]
              pipelineDepth: {pipelineDepth}

            limits:
              # The largest message between replicas. [all]
              maxFrameBytes: {maxFrameBytes}
              # Requests that a replica holds before they are ordered; beyond it clients are told to slow down. [all]
              maxPendingRequests: {maxPendingRequests}
              # The same for one client. [all]
              maxPendingRequestsPerClient: {maxPendingRequestsPerClient}
              # Sessions that one client may have open. [agreed]
              maxSessionsPerClient: {maxSessionsPerClient}
              # Requests that may be in flight on one session; clients follow. [agreed]
              sessionPipeline: {sessionPipeline}
              # How much the sessions and the replies kept for retries may take, of one client and in all. [agreed]
              replyBytesPerClient: {replyBytesPerClient}
              replyBytes: {replyBytes}
              # A session in which nothing was executed for so long ends. [agreed]
              sessionIdleMillis: {sessionIdleMillis}
              # How far the time of a batch may be ahead of a replica's own clock. [each]
              maxClockSkewMillis: {maxClockSkewMillis}
              # The largest operation a client may submit. [all], and all clients
              maxOperationBytes: {maxOperationBytes}

            {section}# ids are 0, 1, 2, ... in order. Keys are public keys, in hexadecimal. An address: [each].
            replicas:{replicas}

            # Who may submit operations. [each]
            clients:{clients}

            # Clients that may also send operators' commands: hand over the leadership, change the group [each];
            # change agreed settings [never]
            operators: {operators}
            """;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    private ClusterFileText() {}

    static String of(ClusterConfig config) {
        Map<String, Object> values = Map.ofEntries(
                Map.entry("clusterId", hex(config.clusterId())),
                Map.entry("epoch", config.epoch()),
                Map.entry("protocol", config.protocol().name()),
                Map.entry("faults", config.faults()),
                Map.entry("authentication", config.authentication().label()),
                Map.entry("cryptoProvider", config.cryptoProvider().label()),
                Map.entry("tls", config.tls()),
                Map.entry("readOnlyFastPath", config.readOnlyFastPath()),
                Map.entry("durability", config.durability().label()),
                Map.entry("requestTimeoutMillis", config.timeouts().requestTimeoutMillis()),
                Map.entry("viewChangeTimeoutMillis", config.timeouts().viewChangeTimeoutMillis()),
                Map.entry("statusIntervalMillis", config.timeouts().statusIntervalMillis()),
                Map.entry("clientRetryMillis", config.timeouts().clientRetryMillis()),
                Map.entry("clientDeadlineMillis", config.timeouts().clientDeadlineMillis()),
                Map.entry("maxRequests", config.batch().maxRequests()),
                Map.entry("maxBytes", config.batch().maxBytes()),
                Map.entry("checkpointInterval", config.window().checkpointInterval()),
                Map.entry("logWindow", config.window().logWindow()),
                Map.entry("pipelineDepth", config.window().pipelineDepth()),
                Map.entry("maxFrameBytes", config.limits().maxFrameBytes()),
                Map.entry("maxPendingRequests", config.limits().maxPendingRequests()),
                Map.entry("maxPendingRequestsPerClient", config.limits().maxPendingRequestsPerClient()),
                Map.entry("maxSessionsPerClient", config.limits().maxSessionsPerClient()),
                Map.entry("sessionPipeline", config.limits().sessionPipeline()),
                Map.entry("replyBytesPerClient", config.limits().replyBytesPerClient()),
                Map.entry("replyBytes", config.limits().replyBytes()),
                Map.entry("sessionIdleMillis", config.limits().sessionIdleMillis()),
                Map.entry("maxClockSkewMillis", config.limits().maxClockSkewMillis()),
                Map.entry("maxOperationBytes", config.limits().maxOperationBytes()),
                Map.entry("replicas", replicas(config)),
                Map.entry("clients", clients(config)),
                Map.entry("operators", config.operators()),
                Map.entry("section", section(config)),
                Map.entry("protocols", protocols()));
        return fill(TEMPLATE, values);
    }

    /** The section of the protocol; no other is written. */
    private static String section(ClusterConfig config) {
        Settings settings = config.settings();
        if (settings.definitions().isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder(config.protocol().name()).append(":\n");
        for (Setting setting : settings.definitions()) {
            setting.comment()
                    .lines()
                    .forEach(line -> text.append("  # ").append(line).append('\n'));
            text.append("  ")
                    .append(setting.name())
                    .append(": ")
                    .append(settings.get(setting.name()))
                    .append('\n');
        }
        return text.append('\n').toString();
    }

    /** What each protocol is for: one line a protocol. */
    private static String protocols() {
        return Protocols.all().stream()
                .map(each -> "# " + each.name() + " tolerates f "
                        + each.faultModel().label() + " replicas of " + each.groupSizes() + ".")
                .collect(Collectors.joining("\n"));
    }

    private static String fill(String template, Map<String, Object> values) {
        return PLACEHOLDER
                .matcher(template)
                .replaceAll(match -> Matcher.quoteReplacement(value(values, match.group(1))));
    }

    private static String value(Map<String, Object> values, String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("the template names " + name + ", which has no value");
        }
        return value.toString();
    }

    private static String replicas(ClusterConfig config) {
        StringBuilder text = new StringBuilder();
        for (ClusterConfig.ReplicaEntry replica : config.replicas()) {
            text.append("\n  - id: ").append(replica.id());
            text.append("\n    address: \"").append(replica.address()).append('"');
            appendKeys(text, replica.keys());
        }
        return text.toString();
    }

    private static String clients(ClusterConfig config) {
        StringBuilder text = new StringBuilder(config.clients().isEmpty() ? " []" : "");
        for (ClusterConfig.ClientEntry client : config.clients()) {
            text.append("\n  - id: ").append(client.id());
            appendKeys(text, client.keys());
        }
        return text.toString();
    }

    private static void appendKeys(StringBuilder text, NodePublicKeys keys) {
        text.append("\n    ed25519: \"").append(hex(keys.ed25519())).append('"');
        text.append("\n    x25519: \"").append(hex(keys.x25519())).append('"');
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
