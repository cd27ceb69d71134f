package org.tagma.cli.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.tagma.benchmarks.attack.Attacks;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.OutputFile;
import org.tagma.cli.common.Screen;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.exploration.Flp;
import org.tagma.simulator.exploration.Twins;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.PlanText;
import org.tagma.simulator.plan.Setting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma sim}. */
@Command(
        name = "sim",
        description =
                "Simulates whole clusters of the production code on a virtual clock, each from a seed, and checks what"
                        + " the protocol promises under the chosen assumptions about network, nodes and time.",
        footer = {
            "",
            "A seed gives a plan: sizes, loads, which replicas are faulty and how, crashes, pauses, cuts, faults of"
                    + " the network. The same seed gives the same run. When a promise is broken, the shortest plan"
                    + " found that breaks it is printed, with the one command that runs it again.",
            "",
            "1000 seeds of the default:",
            "  tagma sim",
            "Replicas that stop, forget what was not synced, and start again:",
            "  tagma sim --protocol raft --nodes crash-recovery --budget 60s",
            "More faults than are tolerated: see it break:",
            "  tagma sim --faults 2",
            "A malicious replica of three: agreement is lost:",
            "  tagma sim --protocol raft --show-break",
            "All 27 combinations, for each protocol:",
            "  tagma sim --matrix --html matrix.html",
            "An adversary that keeps a group from deciding:",
            "  tagma sim --flp pbft --for 24h",
            "Every schedule of two rounds with a doubled replica:",
            "  tagma sim --twins",
            "What a malicious primary can cost, at most:",
            "  tagma sim --attacks",
            "What happened in one run; then `tagma trace run.trace`:",
            "  tagma sim --seed 7 --seeds 1 --trace run.trace",
            "",
            "Exit status: 0 if every promise was kept, 1 if one was broken, 2 if it cannot run."
        },
        sortOptions = false)
public final class SimCommand implements Callable<Integer> {

    private static final long DEFAULT_SEEDS = 1_000;
    private static final int MATRIX_OPERATIONS = 60;
    private static final long ATTACK_MILLIS = 60_000;

    private static final Map<String, List<String>> ONLY_WITH = new TreeMap<>(Map.of(
            "--protocols", List.of("--matrix"),
            "--json", List.of("--matrix"),
            "--html", List.of("--matrix", "--show-break"),
            "--for", List.of("--flp"),
            "--rounds", List.of("--twins")));

    /** What is always run in the same way, and the options that it has. */
    private static final Map<String, List<String>> COMPLETE = new TreeMap<>(Map.of(
            "--flp", List.of("--for"),
            "--twins", List.of("--rounds"),
            "--attacks", List.of("--seed", "--seeds-from")));

    @Spec
    private CommandSpec spec;

    @Mixin
    private SettingOptions setting;

    @Mixin
    private SeedOptions seeds;

    @Option(
            names = "--plan",
            paramLabel = "PLAN",
            description = "Run just this plan, as a failure printed it or as --show does.")
    private String plan;

    @Option(
            names = "--show",
            description = "Print the plan of the first seed, in words and as one line, and do not run it.")
    private boolean show;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Record the run, one line an event; needs --plan or --seeds 1.")
    private Path trace;

    @Option(
            names = "--matrix",
            description = "Run all 27 combinations of network, nodes and timing for each of --protocols.")
    private boolean matrix;

    @Option(
            names = "--protocols",
            paramLabel = "LIST",
            description = "The protocols of a matrix, with commas between (default: all on the class path).")
    private String protocols;

    @Option(
            names = "--show-break",
            paramLabel = "PROPERTY",
            arity = "0..1",
            fallbackValue = "",
            description = "Look for a run that breaks what is NOT promised (agreement, or else liveness, unless another"
                    + " property"
                    + " is named), make it short, print it and draw it. Exit status 0 if one is found.")
    private String showBreak;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the matrix as a web page, too; with --show-break where the diagram goes"
                    + " (default: counterexample.html).")
    private Path html;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the matrix as JSON, too.")
    private Path json;

    @Option(
            names = "--benchmark",
            description =
                    "Measure how fast the default runs on one thread: seeds a CPU second, simulated against real time.")
    private boolean benchmark;

    @Option(
            names = "--flp",
            paramLabel = "NAME",
            description = "Show for a protocol that none decides if an adversary schedules an asynchronous network"
                    + " (Fischer, Lynch and Paterson 1985): nothing is decided until the adversary stops.")
    private ProtocolDefinition flp;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "1h",
            description =
                    "How long that adversary is at work, in simulated time, as in 10m (default: ${DEFAULT-VALUE}).")
    private String adversaryTime;

    @Option(
            names = "--twins",
            description =
                    "Go through all schedules of so many --rounds in which one replica of four runs twice with the same"
                            + " key, and the network is partitioned anew in every round (Bano and others 2020).")
    private boolean twins;

    @Option(
            names = "--attacks",
            description = "Measure what is left of a group's throughput near saturation under scripted attacks of a"
                    + " minute each.")
    private boolean attacks;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "2",
            description = "The rounds of --twins, 1 to 3 (default: ${DEFAULT-VALUE}).")
    private int rounds;

    /** For picocli. */
    public SimCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Screen screen = Screen.of(spec.commandLine().getOut());
        checkCombination();
        if (flp != null) {
            if (ProtocolSimulation.of(flp).scheduleAgainstProgress().isEmpty()) {
                throw CommandFailure.cannotRun("--flp: no adversary is known that keeps " + flp.name()
                        + " from deciding; its ProtocolSimulation may bring one");
            }
            long millis = SeedOptions.millis("--for", adversaryTime);
            SettingOptions.requireRange("--for in milliseconds", millis, 1_000, 30L * 24 * 3_600_000);
            return Flp.run(flp, millis, System.out);
        }
        if (twins) {
            SettingOptions.requireRange("--rounds", rounds, 1, 3);
            return Twins.run(rounds, System.out);
        }
        if (showBreak != null) {
            return showBreak(screen);
        }
        if (attacks) {
            return Attacks.run(seeds.first(), ATTACK_MILLIS, System.out);
        }
        if (plan != null) {
            return new PlanRun(screen).run(parsedPlan(), Optional.ofNullable(trace));
        }
        if (matrix) {
            return new MatrixRun(screen, chosenProtocols(), setting.operations(MATRIX_OPERATIONS))
                    .run(seeds, Optional.ofNullable(html), Optional.ofNullable(json));
        }
        Setting chosen = setting.setting();
        if (benchmark) {
            return new SimBenchmark(screen).run(chosen, seeds.hasBudget() ? seeds.budgetMillis() : 20_000);
        }
        if (show) {
            Plan drawn = setting.plans(chosen).apply(seeds.first());
            drawn.describe().forEach(screen::line);
            screen.line(drawn.toString());
            return 0;
        }
        if (seeds.count(DEFAULT_SEEDS) == 1) {
            return new PlanRun(screen).run(setting.plans(chosen).apply(seeds.first()), Optional.ofNullable(trace));
        }
        if (trace != null) {
            throw CommandFailure.cannotRun("--trace records one run: add --seeds 1, or give a --plan");
        }
        return new SweepRun(screen, chosen, setting.plans(chosen))
                .run(seeds.first(), seeds.count(DEFAULT_SEEDS), seeds.budgetMillis(), seeds.threads());
    }

    private int showBreak(Screen screen) throws InterruptedException {
        BreakRun run = new BreakRun(
                screen, Optional.ofNullable(html).orElse(Path.of("counterexample.html")), Optional.ofNullable(trace));
        if (plan != null) {
            Plan given = parsedPlan();
            if (given.sought().isEmpty()) {
                throw CommandFailure.cannotRun("the plan does not say what it is to break: add breaks=agreement");
            }
            given.describe().forEach(screen::line);
            return run.show(given);
        }
        Setting chosen = setting.setting();
        return run.run(
                chosen.withOperations(setting.operations(MATRIX_OPERATIONS)),
                BreakRun.sought(chosen, showBreak),
                seeds.first(),
                seeds.count(DEFAULT_SEEDS),
                seeds.budgetMillis(),
                seeds.threads());
    }

    private void checkCombination() {
        if (Stream.of(plan != null, matrix, benchmark, show, flp != null, twins, attacks)
                        .filter(each -> each)
                        .count()
                > 1) {
            throw CommandFailure.cannotRun(
                    "--plan, --matrix, --benchmark, --show, --flp, --twins and --attacks exclude each other");
        }
        if (showBreak != null && (matrix || benchmark || show || flp != null || twins)) {
            throw CommandFailure.cannotRun("--show-break goes with a setting, or with a --plan");
        }
        if (trace != null && (matrix || benchmark || show || flp != null || twins || attacks)) {
            throw CommandFailure.cannotRun("--trace records one run: use it with --plan or --seeds 1");
        }
        checkTogether();
        OutputFile.requireWritable("--html", Optional.ofNullable(html));
        OutputFile.requireWritable("--json", Optional.ofNullable(json));
        OutputFile.requireWritable("--trace", Optional.ofNullable(trace));
    }

    /** An option that would not be looked at is refused: who gives it expects something of it. */
    private void checkTogether() {
        Set<String> given = new TreeSet<>();
        spec.commandLine().getParseResult().matchedOptions().forEach(option -> given.add(option.longestName()));
        given.remove("--debug");
        ONLY_WITH.forEach((option, others) -> {
            if (given.contains(option) && Collections.disjoint(given, others)) {
                throw CommandFailure.cannotRun(option + " is for " + String.join(" or ", others));
            }
        });
        COMPLETE.forEach((mode, others) -> given.stream()
                .filter(option -> given.contains(mode) && !option.equals(mode) && !others.contains(option))
                .findFirst()
                .ifPresent(option -> {
                    throw CommandFailure.cannotRun(option + " does not go with " + mode);
                }));
    }

    private Plan parsedPlan() {
        try {
            return PlanText.parse(plan);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.cannotRun("--plan: " + e.getMessage(), e);
        }
    }

    private List<ProtocolDefinition> chosenProtocols() {
        if (protocols == null) {
            return Protocols.all();
        }
        List<ProtocolDefinition> chosen = new ArrayList<>();
        for (String name : protocols.split(",")) {
            chosen.add(Protocols.all().stream()
                    .filter(kind -> kind.name().equalsIgnoreCase(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> CommandFailure.cannotRun("--protocols must be " + Protocols.names()
                            + ", or several with commas between, not '" + protocols + "'")));
        }
        return chosen.stream().distinct().toList();
    }
}
