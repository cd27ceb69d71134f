package org.tagma.cli.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.exploration.Matrix.Cell;
import org.tagma.simulator.exploration.Tally;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;

/** A matrix as one page that needs nothing else, light or dark as its reader likes. */
final class MatrixHtml {

    private final MatrixReport report;
    private final StringBuilder page = new StringBuilder();

    private MatrixHtml(MatrixReport report) {
        this.report = report;
    }

    static String of(MatrixReport report) {
        return new MatrixHtml(report).write();
    }

    private String write() {
        page.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Tagma: promises and runs</title>\n<style>\n")
                .append(style())
                .append("</style>\n</head>\n<body>\n<h1>What was promised, and what came of it</h1>\n")
                .append("<p class=\"verdict")
                .append(report.broken() == 0 ? "" : " bad")
                .append("\">")
                .append(escaped(capitalised(report.summary())))
                .append(".</p>\n<p>Every row is a combination of assumptions about the network, the nodes and time;"
                        + " in every run")
                .append(" as many replicas are faulty as the group tolerates crashing or lying. A run checks exactly"
                        + " what is")
                .append(" promised there; what else it breaks is counted, and is no failure.</p>\n");
        table();
        return page.append("</body>\n</html>\n").toString();
    }

    private static String style() {
        try (InputStream css = MatrixHtml.class.getResourceAsStream("matrix.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void table() {
        page.append("<div class=\"frame\"><table>\n<thead>\n<tr><th colspan=\"3\"></th>");
        for (ProtocolDefinition protocol : report.protocols()) {
            Cell any = report.cell(protocol, SystemModel.all().get(0));
            page.append("<th class=\"protocol\" colspan=\"2\">")
                    .append(protocol.name())
                    .append(", ")
                    .append(any.setting().faults())
                    .append(" of ")
                    .append(any.setting().replicas())
                    .append(" replicas faulty</th>");
        }
        page.append("</tr>\n<tr><th>Network</th><th>Nodes</th><th>Timing</th>");
        report.protocols().forEach(protocol -> page.append("<th>Promised</th><th>Runs</th>"));
        page.append("</tr>\n</thead>\n");
        for (Network network : Network.values()) {
            page.append("<tbody class=\"network\">\n");
            for (Nodes nodes : Nodes.values()) {
                for (Synchrony synchrony : Synchrony.values()) {
                    row(new SystemModel(network, nodes, synchrony));
                }
            }
            page.append("</tbody>\n");
        }
        page.append("</table></div>\n");
    }

    private void row(SystemModel model) {
        page.append("<tr>");
        boolean firstOfNodes = model.synchrony() == Synchrony.SYNCHRONOUS;
        if (firstOfNodes && model.nodes() == Nodes.CRASH_STOP) {
            page.append("<th class=\"axis\" rowspan=\"9\">")
                    .append(model.network().label())
                    .append("</th>");
        }
        if (firstOfNodes) {
            page.append("<th class=\"axis\" rowspan=\"3\">")
                    .append(model.nodes().label())
                    .append("</th>");
        }
        page.append("<td class=\"timing\">").append(model.synchrony().label()).append("</td>");
        report.protocols().forEach(protocol -> cell(report.cell(protocol, model)));
        page.append("</tr>\n");
    }

    private void cell(Cell cell) {
        Tally tally = cell.tally();
        String promise = cell.promise().label();
        String kind = tally.failures() > 0 ? "broken" : tally.unowedViolations() > 0 ? "unowed" : "held";
        page.append("<td class=\"promise\">")
                .append(cell.promise().isNothing() ? "<span class=\"pill nothing\">nothing</span>" : promise)
                .append("</td><td class=\"outcome\"><span class=\"pill ")
                .append(kind)
                .append("\">")
                .append(escaped(MatrixReport.outcome(cell)))
                .append("</span><details><summary>why, and how long</summary><div>")
                .append(escaped(capitalised(cell.promise().reason())))
                .append(".</div><div>")
                .append(Figures.count(tally.runs()))
                .append(" seeds, ")
                .append(Figures.plural(tally.operations(), "operation", "operations"))
                .append(", ")
                .append(Figures.time(tally.virtualMillis()))
                .append(" simulated in ")
                .append(Figures.time(tally.cpuMillis()))
                .append(" of CPU.</div>");
        cell.setting()
                .breakCommand()
                .ifPresent(command -> page.append("<div>To see what is not promised broken:<br><code>")
                        .append(escaped(command))
                        .append("</code></div>"));
        example(cell);
        page.append("</details></td>");
    }

    private void example(Cell cell) {
        Optional<Plan> example = MatrixReport.example(cell);
        if (example.isPresent()) {
            page.append("<div>");
            if (cell.tally().unowedViolations() > 0) {
                page.append("Broken, but not promised: ")
                        .append(escaped(SweepRun.unowed(cell.tally().unowed())))
                        .append(".<br>");
            }
            page.append("<code>").append(escaped(example.get().replayCommand())).append("</code></div>");
        }
    }

    private static String capitalised(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
