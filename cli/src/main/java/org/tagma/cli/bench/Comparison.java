package org.tagma.cli.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.Protocols;

/**
 * Reports of clusters that differ in the protocol and in nothing else, side by side.
 *
 * @param reports the one that the others are compared with comes last
 */
record Comparison(List<BenchReport> reports) {

    private static final String LABEL = "%-22s";
    private static final String COLUMN = "%16s";

    Comparison {
        reports = List.copyOf(reports);
    }

    void print(PrintWriter out) {
        BenchReport any = reports.get(0);
        List.of("auth", "crypto", "durability", "service", "clients", "outstanding", "payload", "reply")
                .forEach(name -> out.printf("%-20s %s%n", name, any.setting().get(name)));
        out.println();
        row(out, "", report -> String.valueOf(report.setting().get("protocol")), "ratio");
        row(out, "replicas", report -> String.valueOf(report.setting().get("replicas")), "");
        row(out, "tolerates", Comparison::tolerates, "");
        row(out, "warm-up", report -> format("%.0f s%s", report.warmUpSeconds(), report.steady() ? "" : " *"), "");
        number(out, "operations/s", "%,.0f", report -> report.load().operationsPerSecond());
        number(out, "latency p50", "%.2f ms", report -> report.latencyMillis(50));
        number(out, "latency p99", "%.2f ms", report -> report.latencyMillis(99));
        number(out, "CPU per operation", "%.3f ms", BenchReport::cpuMillisPerOperation);
        number(out, "batch size", "%.1f", BenchReport::batchSize);
        number(out, "messages/operation", "%.1f", BenchReport::messagesPerOperation);
        number(out, "bytes/operation", "%,.0f", BenchReport::bytesPerOperation);
        if (reports.stream().anyMatch(report -> !report.steady())) {
            out.println("* the throughput was not steady, or the compiler still busy, when the measurement began");
        }
        reports.forEach(report -> report.printTroubles(out));
        out.flush();
    }

    private static String tolerates(BenchReport report) {
        FaultModel faults = Protocols.named(String.valueOf(report.setting().get("protocol")))
                .faultModel();
        return report.setting().get("faults") + " " + faults.label();
    }

    private void number(PrintWriter out, String label, String format, Function<BenchReport, Double> value) {
        double reference = value.apply(reports.get(reports.size() - 1));
        double first = value.apply(reports.get(0));
        String ratio = reference == 0 ? "-" : format("%.2f", first / reference);
        row(out, label, report -> format(format, value.apply(report)), ratio);
    }

    private void row(PrintWriter out, String label, Function<BenchReport, String> cell, String ratio) {
        StringBuilder line = new StringBuilder(format(LABEL, label));
        reports.forEach(report -> line.append(format(COLUMN, cell.apply(report))));
        line.append(format("%10s", ratio));
        out.println(line.toString().stripTrailing());
    }

    private static String format(String format, Object... values) {
        return String.format(format, values);
    }

    String toJson() throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        reports.forEach(report -> all.put(String.valueOf(report.setting().get("protocol")), report.values()));
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all);
    }
}
