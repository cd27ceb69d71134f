package org.tagma.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tagma.cli.common.ReplicaStatus;

/**
 * How a replica says it is, in Raft's words.
 *
 * <p>Immutable.
 *
 * @param role follower, pre-candidate, candidate or leader; or learner, recovering, fetching-state
 * @param leader of the term, or -1 if it knows of none
 * @param firstIndex of the entries in its log
 * @param voters who vote, as far as it knows
 * @param oldVoters who vote as well while the group changes; else empty
 * @param matches at a leader: how far each other member is known to have the same log
 * @param pendingRequests at a leader: requests that it has and has not executed
 * @param lastExecutedAgeMillis how long ago it last executed something; -1 if it has not since it was started
 * @param uptimeMillis how long its process has run
 * @param checkpoint of its last digested state, 0 if it has none
 * @param checkpointDigest of that state, in hexadecimal
 * @param clocks which other clocks are too far from its own, in its own words; empty if none
 * @param why it does not take part, in its own words; empty if it says nothing
 */
record RaftReplicaStatus(
        int replica,
        long term,
        String role,
        int leader,
        long commitIndex,
        long lastExecuted,
        long firstIndex,
        long lastIndex,
        long snapshotIndex,
        List<Integer> voters,
        List<Integer> oldVoters,
        List<Integer> learners,
        Map<Integer, Long> matches,
        long pendingRequests,
        long lastExecutedAgeMillis,
        long uptimeMillis,
        long checkpoint,
        String checkpointDigest,
        String clocks,
        String why) {

    private static final String MATCH = "match.";

    /** Reads an answer; empty if it is not what a correct replica would say. */
    static Optional<RaftReplicaStatus> of(int replica, Map<String, String> values) {
        try {
            return Optional.of(new RaftReplicaStatus(
                    replica,
                    Long.parseLong(values.get("term")),
                    ReplicaStatus.word(values, "mode", "unknown"),
                    Integer.parseInt(values.get("leader")),
                    Long.parseLong(values.get("commitIndex")),
                    Long.parseLong(values.get("lastExecuted")),
                    Long.parseLong(values.get("firstIndex")),
                    Long.parseLong(values.get("lastIndex")),
                    Long.parseLong(values.get("snapshotIndex")),
                    ids(values.get("voters")),
                    ids(values.get("oldVoters")),
                    ids(values.get("learners")),
                    matches(values),
                    Long.parseLong(values.getOrDefault("pendingRequests", "0")),
                    Long.parseLong(values.getOrDefault("lastExecutedAgeMillis", "-1")),
                    Long.parseLong(values.getOrDefault("uptimeMillis", "0")),
                    Long.parseLong(values.getOrDefault("checkpoint", "0")),
                    ReplicaStatus.word(values, "checkpointDigest", ""),
                    ReplicaStatus.text(values, "clocks"),
                    ReplicaStatus.text(values, "why")));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Ids with commas between. */
    static List<Integer> ids(String text) {
        List<Integer> ids = new ArrayList<>();
        if (text != null && !text.isEmpty()) {
            for (String id : text.split(",", -1)) {
                ids.add(Integer.parseInt(id));
            }
        }
        return ids;
    }

    private static Map<Integer, Long> matches(Map<String, String> values) {
        Map<Integer, Long> matches = new TreeMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(MATCH)) {
                matches.put(Integer.parseInt(name.substring(MATCH.length())), Long.parseLong(value));
            }
        });
        return matches;
    }

    /** Whether another replica is in the group, as far as this one knows. */
    boolean isMember(int other) {
        return voters.contains(other) || oldVoters.contains(other) || learners.contains(other);
    }

    boolean leads() {
        return leader == replica;
    }

    /** How far another replica is known to be; empty if this one does not lead it. */
    OptionalLong match(int other) {
        Long match = matches.get(other);
        return match == null ? OptionalLong.empty() : OptionalLong.of(match);
    }
}
