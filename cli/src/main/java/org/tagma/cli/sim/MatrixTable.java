package org.tagma.cli.sim;

import java.util.Locale;
import org.tagma.cli.common.Screen;
import org.tagma.cli.common.Screen.Style;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.exploration.Matrix.Cell;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;

/** A matrix as a table: a line a combination, and for each protocol what was promised and what came of it. */
final class MatrixTable {

    private static final int PROMISE_WIDTH = 16;
    private static final int OUTCOME_WIDTH = 28;

    private final Screen screen;

    MatrixTable(Screen screen) {
        this.screen = screen;
    }

    void print(MatrixReport report) {
        screen.line("");
        StringBuilder groups = new StringBuilder(" ".repeat(42));
        StringBuilder heads =
                new StringBuilder(String.format(Locale.ROOT, "%-11s%-16s%-15s", "NETWORK", "NODES", "TIMING"));
        for (ProtocolDefinition protocol : report.protocols()) {
            Cell any = report.cell(protocol, SystemModel.all().get(0));
            String title = protocol.name() + ", " + any.setting().faults() + " of "
                    + any.setting().replicas() + " faulty";
            groups.append(padded(title, PROMISE_WIDTH + OUTCOME_WIDTH + 4));
            heads.append(String.format(
                    Locale.ROOT, "  %-" + PROMISE_WIDTH + "s  %-" + OUTCOME_WIDTH + "s", "PROMISED", "RUNS"));
        }
        screen.line(Style.BOLD, groups.toString().stripTrailing());
        screen.line(Style.BOLD, heads.toString().stripTrailing());
        for (SystemModel model : SystemModel.all()) {
            if (model.nodes() == Nodes.CRASH_STOP && model.synchrony() == Synchrony.SYNCHRONOUS) {
                screen.line("");
            }
            StringBuilder row = new StringBuilder(String.format(
                    Locale.ROOT,
                    "%-11s%-16s%-15s",
                    model.network().label(),
                    model.nodes().label(),
                    model.synchrony().label()));
            for (ProtocolDefinition protocol : report.protocols()) {
                row.append(cell(report.cell(protocol, model)));
            }
            screen.line(row.toString().stripTrailing());
        }
        screen.line("");
        screen.line(report.broken() == 0 ? Style.GOOD : Style.BAD, report.summary());
    }

    private String cell(Cell cell) {
        Style promise = cell.promise().isNothing() ? Style.FAINT : Style.PLAIN;
        Style outcome = cell.tally().failures() > 0
                ? Style.BAD
                : cell.tally().unowedViolations() > 0 ? Style.NOTABLE : Style.GOOD;
        return "  " + screen.paint(promise, padded(cell.promise().label(), PROMISE_WIDTH)) + "  "
                + screen.paint(outcome, padded(MatrixReport.outcome(cell), OUTCOME_WIDTH));
    }

    private static String padded(String text, int width) {
        return String.format(Locale.ROOT, "%-" + width + "s", text);
    }
}
