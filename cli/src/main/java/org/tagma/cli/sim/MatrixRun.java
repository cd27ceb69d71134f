package org.tagma.cli.sim;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.exploration.Matrix;
import org.tagma.simulator.exploration.Matrix.Cell;
import org.tagma.simulator.exploration.Sweep;

/** All 27 combinations of assumptions, for one protocol or several: a table here, and as HTML and JSON. */
final class MatrixRun {

    private final Screen screen;
    private final List<ProtocolDefinition> protocols;
    private final int operations;

    MatrixRun(Screen screen, List<ProtocolDefinition> protocols, int operations) {
        this.screen = screen;
        this.protocols = protocols;
        this.operations = operations;
    }

    int run(SeedOptions seeds, Optional<Path> html, Optional<Path> json) throws InterruptedException {
        var settings = Matrix.settings(protocols, operations);
        long budgetMillis = seeds.hasBudget() ? Math.max(1, seeds.budgetMillis() / settings.size()) : Sweep.UNLIMITED;
        screen.line(
                Style.BOLD,
                settings.size() + " combinations of network, nodes, timing and protocol; one faulty replica in each, "
                        + Figures.plural(operations, "operation", "operations") + " a run");
        long beganNanos = System.nanoTime();
        int[] finished = new int[1];
        List<Cell> cells = new Matrix(settings, seeds.first(), seeds.count(20), budgetMillis)
                .listener(cell -> screen.progress("  " + ++finished[0] + " of " + settings.size() + ": "
                        + cell.setting().protocol().name() + " "
                        + cell.setting().model().label()))
                .run(seeds.threads());
        MatrixReport report =
                new MatrixReport(protocols, cells, seeds.first(), (System.nanoTime() - beganNanos) / 1_000_000);
        new MatrixTable(screen).print(report);
        html.ifPresent(file -> write(file, MatrixHtml.of(report)));
        json.ifPresent(file -> write(file, toJson(report)));
        Optional<Cell> broken = cells.stream().filter(cell -> !cell.isKept()).findFirst();
        broken.ifPresent(cell ->
                new FailureReport(screen).show(cell.tally().firstFailure().orElseThrow()));
        return broken.isEmpty() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static String toJson(MatrixReport report) {
        try {
            return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report.toMap())
                    + "\n";
        } catch (IOException e) {
            throw new IllegalStateException("a report of plain values cannot be written", e);
        }
    }

    private void write(Path file, String text) {
        try {
            Files.writeString(file, text);
            screen.line("written: " + file);
        } catch (IOException e) {
            throw CommandFailure.cannotRun("the report cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }
}
