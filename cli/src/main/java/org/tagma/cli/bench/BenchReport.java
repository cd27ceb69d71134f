package org.tagma.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.tagma.benchmarks.load.LoadResult;
import org.tagma.benchmarks.load.Traffic;
import org.tagma.protocol.Protocols;

/**
 * What was measured, for people and for programs.
 *
 * @param setting what was run, by the names of the options
 * @param warmUpSeconds how long the warm-up took
 * @param steady whether the throughput was steady, and the compilers at rest, when it ended
 * @param load what the clients saw
 * @param cluster what the replicas counted meanwhile
 * @param clientCpuNanos processor time of this process meanwhile
 * @param clientCompileMillis for how long the compiler of this process was busy meanwhile
 * @param clientsSent what the clients sent meanwhile
 */
record BenchReport(
        Map<String, Object> setting,
        double warmUpSeconds,
        boolean steady,
        LoadResult load,
        ClusterCounters cluster,
        long clientCpuNanos,
        long clientCompileMillis,
        Traffic clientsSent) {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MICROS_PER_MILLI = 1e3;

    double cpuMillisPerOperation() {
        return perOperation(cluster.cpuNanos() + clientCpuNanos) / NANOS_PER_MILLI;
    }

    private double perOperation(double total) {
        return load.operations() == 0 ? 0 : total / load.operations();
    }

    double batchSize() {
        return cluster.batches() == 0 ? 0 : (double) cluster.executed() / cluster.batches();
    }

    double messagesPerOperation() {
        return perOperation(traffic().messages());
    }

    double bytesPerOperation() {
        return perOperation(traffic().bytes());
    }

    double latencyMillis(double percentile) {
        return load.latencyMicros().getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    /** How busy the compilers were, as a part of one processor. */
    private double compilerShare() {
        return (cluster.compileMillis() + clientCompileMillis) * NANOS_PER_MILLI / load.elapsedNanos();
    }

    private Traffic traffic() {
        return cluster.sent().plus(clientsSent);
    }

    void print(PrintWriter out) {
        Histogram latency = load.latencyMicros();
        setting.forEach((name, value) -> out.printf("%-20s %s%n", name, value));
        out.printf(
                "%-20s %.0f s%s%n",
                "warm-up",
                warmUpSeconds,
                steady ? "" : ", and the throughput was not steady then, or the compilers still busy");
        out.printf("%-20s %.1f s%n", "measured", load.elapsedNanos() / 1e9);
        out.println();
        out.printf("%-20s %,.0f%n", "operations/s", load.operationsPerSecond());
        out.printf("%-20s %s%n", "latency p50", millis(latency.getValueAtPercentile(50)));
        out.printf("%-20s %s%n", "latency p90", millis(latency.getValueAtPercentile(90)));
        out.printf("%-20s %s%n", "latency p99", millis(latency.getValueAtPercentile(99)));
        out.printf("%-20s %s%n", "latency max", millis(latency.getMaxValue()));
        out.printf(
                "%-20s %.3f ms (replicas %.3f, clients %.3f)%n",
                "CPU per operation",
                cpuMillisPerOperation(),
                perOperation(cluster.cpuNanos()) / NANOS_PER_MILLI,
                perOperation(clientCpuNanos) / NANOS_PER_MILLI);
        out.printf("%-20s %.1f%n", "batch size", batchSize());
        out.printf("%-20s %.1f%n", "messages/operation", messagesPerOperation());
        out.printf("%-20s %.0f%n", "bytes/operation", bytesPerOperation());
        out.printf("%-20s %.0f %% of a processor%n", "compilers", 100 * compilerShare());
        printTroubles(out);
        out.flush();
    }

    /** What makes the figures doubtful. */
    void printTroubles(PrintWriter out) {
        String protocol = String.valueOf(setting.get("protocol"));
        if (cluster.view() > 0) {
            String changes = Protocols.named(protocol).viewWord() + " changes";
            out.printf("%-20s %d under %s, so this is not the normal case%n", changes, cluster.view(), protocol);
        }
        load.failures().forEach((kind, count) -> out.printf("%-20s %d %s under %s%n", "failed", count, kind, protocol));
    }

    private static String millis(long micros) {
        return String.format("%.2f ms", micros / MICROS_PER_MILLI);
    }

    String toJson() throws JsonProcessingException {
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(values());
    }

    /** For programs. */
    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>(setting);
        Histogram latency = load.latencyMicros();
        values.put("warmUpSeconds", warmUpSeconds);
        values.put("steady", steady);
        values.put("measuredSeconds", load.elapsedNanos() / 1e9);
        values.put("operations", load.operations());
        values.put("operationsPerSecond", load.operationsPerSecond());
        values.put("latencyMicrosP50", latency.getValueAtPercentile(50));
        values.put("latencyMicrosP90", latency.getValueAtPercentile(90));
        values.put("latencyMicrosP99", latency.getValueAtPercentile(99));
        values.put("latencyMicrosMax", latency.getMaxValue());
        values.put("cpuMicrosPerOperation", cpuMillisPerOperation() * MICROS_PER_MILLI);
        values.put("replicaCpuMicrosPerOperation", perOperation(cluster.cpuNanos()) / MICROS_PER_MILLI);
        values.put("clientCpuMicrosPerOperation", perOperation(clientCpuNanos) / MICROS_PER_MILLI);
        values.put("batchSize", batchSize());
        values.put("messagesPerOperation", messagesPerOperation());
        values.put("bytesPerOperation", bytesPerOperation());
        values.put("compilerShare", compilerShare());
        values.put("replicaWritesPerOperation", perOperation(cluster.writes()));
        values.put("viewChanges", cluster.view());
        values.put("failures", load.failures());
        return values;
    }
}
