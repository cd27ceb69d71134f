package org.tagma.cli.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tagma.admin.ReplicaInspector;
import org.tagma.benchmarks.load.Traffic;
import org.tagma.cli.common.CommandFailure;
import org.tagma.replica.admin.AdminQueries;

/**
 * What the replicas have counted since they started, in sum over those that answer.
 *
 * @param replicas how many answered
 * @param view the highest view any of them is in
 * @param cpuNanos processor time of their processes
 * @param compileMillis for how long their compilers were busy
 * @param executed requests executed, counted at each replica
 * @param batches batches executed, counted at each replica
 * @param sent what they sent, to each other and to clients
 * @param writes how often they handed something to the operating system to be sent
 */
record ClusterCounters(
        int replicas,
        long view,
        long cpuNanos,
        long compileMillis,
        long executed,
        long batches,
        Traffic sent,
        long writes) {

    private static final long DEADLINE_MILLIS = 5_000;

    /**
     * Asks all replicas.
     *
     * @param quorum how many must answer
     * @throws CommandFailure if fewer do
     */
    static ClusterCounters read(ReplicaInspector inspector, int replicas, int quorum) {
        List<Integer> all = IntStream.range(0, replicas).boxed().toList();
        List<Map<String, String>> answers = inspector.askAll(all, AdminQueries.STATUS, DEADLINE_MILLIS).stream()
                .flatMap(Optional::stream)
                .toList();
        if (answers.size() < quorum) {
            throw CommandFailure.cannotRun("only " + answers.size() + " of " + replicas + " replicas answer, and "
                    + quorum + " are needed; see `tagma status`");
        }
        return new ClusterCounters(
                answers.size(),
                answers.stream()
                        .mapToLong(values -> number(values, "view"))
                        .max()
                        .orElse(0),
                sum(answers, "cpuNanos"),
                sum(answers, "compileMillis"),
                sum(answers, "executedRequests"),
                sum(answers, "executedBatches"),
                new Traffic(sum(answers, "network.framesOut"), sum(answers, "network.bytesOut")),
                sum(answers, "network.writes"));
    }

    /** What was counted since then. */
    ClusterCounters since(ClusterCounters earlier) {
        return new ClusterCounters(
                replicas,
                view - earlier.view,
                cpuNanos - earlier.cpuNanos,
                compileMillis - earlier.compileMillis,
                executed - earlier.executed,
                batches - earlier.batches,
                sent.since(earlier.sent),
                writes - earlier.writes);
    }

    private static long sum(List<Map<String, String>> answers, String name) {
        return answers.stream().mapToLong(values -> number(values, name)).sum();
    }

    private static long number(Map<String, String> values, String name) {
        try {
            return Long.parseLong(values.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            throw CommandFailure.cannotRun(
                    "a replica says " + name + "=" + values.get(name) + ", which is no number", e);
        }
    }
}
