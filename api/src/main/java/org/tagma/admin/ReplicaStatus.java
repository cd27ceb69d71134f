package org.tagma.admin;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tagma.replica.admin.AdminQueries;

/**
 * How a replica says it is.
 *
 * @param view the view it is in
 * @param leader of that view; -1 if it knows of none
 * @param mode as {@link org.tagma.core.protocol.ReplicaMode} labels it
 * @param lastCommitted up to where it knows the order
 * @param lastExecuted the last sequence number it executed
 * @param stableCheckpoint the sequence number of its last stable checkpoint
 * @param checkpoint the sequence number of the newest checkpoint it took; 0 if none
 * @param checkpointDigest the digest of the state there, in hexadecimal; empty if there is none
 * @param pendingRequests requests that it knows and has not executed
 * @param lastExecutedAgeMillis how long ago it last executed something; -1 if it has not since it was started
 * @param uptimeMillis how long its process has run
 * @param why it does not take part, in its own words; empty if it says nothing
 * @param warnings which other clocks are too far from its own, and what its memory lacks, in its own words
 * @param members of the group, as far as it knows; without voters if the group does not change
 * @param told all that it says, by name, in printable characters
 */
public record ReplicaStatus(
        int replica,
        long view,
        int leader,
        String mode,
        long lastCommitted,
        long lastExecuted,
        long stableCheckpoint,
        long checkpoint,
        String checkpointDigest,
        long pendingRequests,
        long lastExecutedAgeMillis,
        long uptimeMillis,
        String why,
        List<String> warnings,
        Members members,
        Map<String, String> told) {

    private static final int MOST_TEXT = 400;

    private static final Pattern WORD = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9.-]{1,64}");

    public ReplicaStatus {
        warnings = List.copyOf(warnings);
        told = Collections.unmodifiableMap(new LinkedHashMap<>(told));
    }

    /** Whether it says that it leads. */
    public boolean leads() {
        return leader == replica;
    }

    /** Asks all replicas of a cluster; empty for those that do not answer in time. */
    public static List<Optional<ReplicaStatus>> ofAll(ReplicaInspector inspector, int replicas, long deadlineMillis) {
        return of(inspector, IntStream.range(0, replicas).boxed().toList(), deadlineMillis);
    }

    /** Asks some replicas; empty for those that do not answer in time. */
    public static List<Optional<ReplicaStatus>> of(
            ReplicaInspector inspector, List<Integer> replicas, long deadlineMillis) {
        List<Optional<ReplicaStatus>> statuses = new ArrayList<>();
        List<Optional<Map<String, String>>> answers = inspector.askAll(replicas, AdminQueries.STATUS, deadlineMillis);
        for (int i = 0; i < replicas.size(); i++) {
            int replica = replicas.get(i);
            statuses.add(answers.get(i).flatMap(values -> of(replica, values)));
        }
        return statuses;
    }

    /** Reads an answer; empty if it is not what a correct replica would say. */
    public static Optional<ReplicaStatus> of(int replica, Map<String, String> values) {
        try {
            return Optional.of(new ReplicaStatus(
                    replica,
                    number(values, "view"),
                    Math.toIntExact(number(values, "primary")),
                    word(values, "mode", "unknown"),
                    number(values, "lastCommitted"),
                    number(values, "lastExecuted"),
                    number(values, "stableCheckpoint"),
                    number(values, "checkpoint"),
                    word(values, "checkpointDigest", ""),
                    number(values, "pendingRequests"),
                    Long.parseLong(values.getOrDefault("lastExecutedAgeMillis", "-1")),
                    number(values, "uptimeMillis"),
                    text(values, "why"),
                    Stream.of("clocks", "memory")
                            .map(name -> text(values, name))
                            .filter(warning -> !warning.isEmpty())
                            .toList(),
                    Members.told(values),
                    printable(values)));
        } catch (NumberFormatException | ArithmeticException e) {
            return Optional.empty();
        }
    }

    /** The state's digest at one sequence number of one replica. */
    public record StateDigest(int replica, long lastExecuted, String digest) {}

    /** Asks replicas for the digest of their whole state, now; those that do not answer in time are left out. */
    public static List<StateDigest> digests(ReplicaInspector inspector, List<Integer> replicas, long deadlineMillis) {
        ByteString question = AdminQueries.DIGEST;
        List<StateDigest> digests = new ArrayList<>();
        List<Optional<Map<String, String>>> answers = inspector.askAll(replicas, question, deadlineMillis);
        for (int i = 0; i < replicas.size(); i++) {
            int replica = replicas.get(i);
            answers.get(i).flatMap(values -> digest(replica, values)).ifPresent(digests::add);
        }
        return digests;
    }

    private static Optional<StateDigest> digest(int replica, Map<String, String> values) {
        try {
            return Optional.of(
                    new StateDigest(replica, number(values, "lastExecuted"), word(values, "stateDigest", "none")));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static long number(Map<String, String> values, String name) {
        return Long.parseLong(values.getOrDefault(name, "0"));
    }

    /** What it says in words of its own. */
    private static String text(Map<String, String> values, String name) {
        return printable(values.getOrDefault(name, ""));
    }

    /** A malicious replica shall not be able to paint on anybody's terminal, or to fill it. */
    private static String printable(String text) {
        String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
        return printable.substring(0, Math.min(MOST_TEXT, printable.length()));
    }

    private static Map<String, String> printable(Map<String, String> values) {
        Map<String, String> printable = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (NAME.matcher(name).matches()) {
                printable.put(name, printable(value));
            }
        });
        // These are shown as what they are, or not at all.
        printable.computeIfPresent("mode", (name, value) -> word(values, name, "unknown"));
        printable.computeIfPresent("checkpointDigest", (name, value) -> word(values, name, ""));
        return printable;
    }

    private static String word(Map<String, String> values, String name, String otherwise) {
        String value = values.getOrDefault(name, otherwise);
        return WORD.matcher(value).matches() ? value : otherwise;
    }
}
