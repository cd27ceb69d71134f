package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.FaultModel;

/**
 * The settings that two nodes must have alike, beyond the identity of their cluster: lines of {@code name=value},
 * compared at every handshake. What only costs or gains the one who sets it (timeouts, his own memory, durability) is
 * not among them.
 */
public final class SharedSettings {
    private static final int MAX_SHOWN_CHARACTERS = 80;

    /** Marks settings of the agreed state: the file counts for the first state only. */
    private static final String FIRST = "first ";

    private SharedSettings() {}

    /**
     * What a client shares with the replicas: how it proves its requests, how many replies convince it (without the
     * fast path of reads fewer do for a write, and reads of another client would miss it), and how long an operation
     * may be.
     */
    public static ByteString ofClient(ClusterConfig config) {
        return text(clients(config));
    }

    /**
     * What a replica shares with the others: besides, what it accepts of them, where checkpoints fall, and on what the
     * state depends.
     *
     * @param first the settings in the agreed state that the group began with, by name
     */
    public static ByteString ofReplica(ClusterConfig config, Map<String, String> first) {
        Map<String, Object> all = clients(config);
        all.put("batch.maxRequests", config.batch().maxRequests());
        all.put("batch.maxBytes", config.batch().maxBytes());
        all.put("limits.maxFrameBytes", config.limits().maxFrameBytes());
        all.put("window.checkpointInterval", config.window().checkpointInterval());
        all.put("window.logWindow", config.window().logWindow());
        if (config.protocol().faultModel() == FaultModel.BYZANTINE) {
            // A backup expects of a primary what the primary must have room for.
            all.put("limits.maxPendingRequests", config.limits().maxPendingRequests());
            all.put("limits.maxPendingRequestsPerClient", config.limits().maxPendingRequestsPerClient());
        }
        for (String name : config.protocol().sharedSettings(config.settings())) {
            all.put(config.protocol().name() + "." + name, config.settings().get(name));
        }
        first.forEach((name, value) -> all.put(FIRST + name, value));
        return text(all);
    }

    private static Map<String, Object> clients(ClusterConfig config) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("protocol", config.protocol().name());
        all.put("authentication", config.authentication().label());
        if (!config.protocol().changesMembers()) {
            // Another kind of group grows by commands, and its members' files one after the other.
            all.put("replicas", config.replicaCount());
            all.put("faults", config.faults());
            all.put("readOnlyFastPath", config.readOnlyFastPath());
        }
        all.put("limits.maxOperationBytes", config.limits().maxOperationBytes());
        return all;
    }

    private static ByteString text(Map<String, Object> settings) {
        StringBuilder text = new StringBuilder();
        settings.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        return ByteString.copyFromUtf8(text.toString());
    }

    /**
     * The first setting, by name, that differs, with both values and what to do about it. One that only one of them
     * states is not for the other: clients share less than replicas, and tools that look at a group share nothing.
     */
    static Optional<String> difference(ByteString ours, ByteString theirs, PeerId peer) {
        if (ours.equals(theirs)) {
            return Optional.empty();
        }
        Map<String, String> here = parse(ours);
        Map<String, String> there = parse(theirs);
        return here.keySet().stream()
                .filter(name -> there.containsKey(name) && !here.get(name).equals(there.get(name)))
                .findFirst()
                .map(name -> line(name, here.get(name), there.get(name), peer));
    }

    private static String line(String name, String here, String there, PeerId peer) {
        String values = " is " + printable(here) + " here and " + printable(there) + " at " + peer;
        return name.startsWith(FIRST)
                ? "setting " + printable(name.substring(FIRST.length())) + values
                        + ", which is what the group began with:"
                        + " the file must say the same, and 'tagma settings set' changes what is agreed"
                : "setting " + printable(name) + values + ": it must be the same in both cluster files";
    }

    /** What a peer sent shall not be able to paint on anybody's terminal, nor to fill a log. */
    private static String printable(String text) {
        String shown = text.length() <= MAX_SHOWN_CHARACTERS ? text : text.substring(0, MAX_SHOWN_CHARACTERS) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Map<String, String> parse(ByteString text) {
        Map<String, String> settings = new TreeMap<>();
        text.toStringUtf8().lines().forEach(line -> {
            int equals = line.indexOf('=');
            settings.put(equals < 0 ? line : line.substring(0, equals), equals < 0 ? "" : line.substring(equals + 1));
        });
        return settings;
    }
}
