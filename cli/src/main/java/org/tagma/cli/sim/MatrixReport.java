package org.tagma.cli.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.exploration.Matrix.Cell;
import org.tagma.simulator.exploration.Tally;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;

/**
 * A finished matrix.
 *
 * @param elapsedMillis how long it took by the wall clock
 */
record MatrixReport(List<ProtocolDefinition> protocols, List<Cell> cells, long firstSeed, long elapsedMillis) {

    Cell cell(ProtocolDefinition protocol, SystemModel model) {
        return cells.stream()
                .filter(cell -> cell.setting().protocol() == protocol
                        && cell.setting().model().equals(model))
                .findFirst()
                .orElseThrow();
    }

    long runs() {
        return cells.stream().mapToLong(cell -> cell.tally().runs()).sum();
    }

    long cpuMillis() {
        return cells.stream().mapToLong(cell -> cell.tally().cpuMillis()).sum();
    }

    long virtualMillis() {
        return cells.stream().mapToLong(cell -> cell.tally().virtualMillis()).sum();
    }

    long broken() {
        return cells.stream().filter(cell -> !cell.isKept()).count();
    }

    /** What came of a combination, in a few words. */
    static String outcome(Cell cell) {
        Tally tally = cell.tally();
        if (tally.failures() > 0) {
            return "BROKEN: "
                    + SweepRun.name(tally.firstFailure()
                            .orElseThrow()
                            .violation()
                            .orElseThrow()
                            .property());
        }
        if (tally.unowedViolations() > 0) {
            return Figures.count(tally.unowedViolations()) + " of " + Figures.count(tally.runs()) + " broken";
        }
        return "held " + Figures.count(tally.runs());
    }

    /** One sentence over everything. */
    String summary() {
        String verdict = broken() == 0
                ? "every promise was kept"
                : "promises were broken in " + Figures.plural(broken(), "combination", "combinations");
        return Figures.count(runs()) + " runs from seed " + firstSeed + " on in " + Figures.time(elapsedMillis) + " ("
                + Figures.time(cpuMillis()) + " of CPU), " + Figures.time(virtualMillis()) + " simulated: " + verdict;
    }

    /** Plain values, for JSON. */
    Map<String, Object> toMap() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("summary", summary());
        all.put("firstSeed", firstSeed);
        all.put("runs", runs());
        all.put("elapsedMillis", elapsedMillis);
        all.put("cpuMillis", cpuMillis());
        all.put("virtualMillis", virtualMillis());
        all.put("brokenCombinations", broken());
        List<Map<String, Object>> list = new ArrayList<>();
        cells.forEach(cell -> list.add(toMap(cell)));
        all.put("combinations", list);
        return all;
    }

    private static Map<String, Object> toMap(Cell cell) {
        Map<String, Object> values = new LinkedHashMap<>();
        SystemModel model = cell.setting().model();
        Tally tally = cell.tally();
        values.put("protocol", cell.setting().protocol().name());
        values.put("network", model.network().label());
        values.put("nodes", model.nodes().label());
        values.put("timing", model.synchrony().label());
        values.put("replicas", cell.setting().replicas());
        values.put("faults", cell.setting().faults());
        values.put("promised", cell.promise().label());
        values.put(
                "owed",
                cell.setting().owed().stream().map(SweepRun::name).sorted().toList());
        values.put("reason", cell.promise().reason());
        cell.setting().breakCommand().ifPresent(command -> values.put("showBreak", command));
        values.put("seeds", tally.runs());
        values.put("held", tally.held());
        values.put("violations", tally.failures());
        Map<String, Integer> unowed = new TreeMap<>();
        tally.unowed().forEach((property, count) -> unowed.put(SweepRun.name(property), count));
        values.put("violationsNotPromised", unowed);
        values.put("operations", tally.operations());
        values.put("views", tally.views());
        values.put("cpuMillis", tally.cpuMillis());
        values.put("virtualMillis", tally.virtualMillis());
        example(cell).ifPresent(plan -> values.put("replay", plan.replayCommand()));
        return values;
    }

    /** A run that broke something, promised or not. */
    static Optional<Plan> example(Cell cell) {
        return cell.tally()
                .firstFailure()
                .map(failure -> failure.plan())
                .or(() -> cell.tally().firstUnowed());
    }
}
