package org.tagma.simulator.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.Mutants;

/**
 * Looks for mistakes with the plans that sweeps draw, which know nothing of them, and keeps a report of how many seeds
 * each
 * took. A build looks for a sample, a nightly one for all. {@code -Dtagma.mutantSeeds=N} looks longer, and also for
 * the mistakes that are not expected to be found.
 */
final class Hunt {

    private static final Integer LONGER = Integer.getInteger("tagma.mutantSeeds");
    /** In a build; at night as many as a mistake may take. */
    private static final long SEEDS_WITHOUT_A_MISTAKE = 60;

    private static final int THREADS = 2;
    private static final long MINUTES = 30;

    private final MutantLaboratory laboratory;
    private final int budget;
    private final Set<String> notExpected;
    private final Map<String, String> report = new TreeMap<>();
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "hunt");
        thread.setDaemon(true);
        return thread;
    });

    /** What a search came to: after so many seeds, in what way; empty if not at all. */
    private record Found(long seeds, String property) {}

    /**
     * A hunt.
     *
     * @param budget seeds that a mistake may take
     * @param notExpected the ids of the mistakes that it may miss
     */
    Hunt(MutantLaboratory laboratory, int budget, Set<String> notExpected) {
        this.laboratory = laboratory;
        this.budget = LONGER == null ? budget : LONGER;
        this.notExpected = notExpected;
    }

    /** One test for each mistake; they are looked for in parallel. */
    Stream<DynamicTest> testsOf(List<Mutant> mutants) {
        Map<Mutant, CompletableFuture<Optional<Found>>> searches = new LinkedHashMap<>();
        List<Mutant> expected = mutants.stream()
                .filter(mutant -> LONGER != null || !notExpected.contains(mutant.id()))
                .toList();
        for (Mutant mutant : LONGER != null ? expected : Mutants.sampleOf(expected)) {
            searches.put(mutant, CompletableFuture.supplyAsync(() -> search(mutant), workers));
        }
        return searches.entrySet().stream()
                .map(each ->
                        DynamicTest.dynamicTest(each.getKey().id(), () -> expectFound(each.getKey(), each.getValue())));
    }

    private Optional<Found> search(Mutant mutant) {
        LongFunction<String> trial = laboratory.trialOf(mutant);
        for (long seed = 0; seed < budget; seed++) {
            String violation = trial.apply(seed);
            if (violation != null) {
                return Optional.of(new Found(seed + 1, violation.substring(0, violation.indexOf(':'))));
            }
        }
        return Optional.empty();
    }

    private void expectFound(Mutant mutant, CompletableFuture<Optional<Found>> search) throws Exception {
        Optional<Found> found = search.get(MINUTES, TimeUnit.MINUTES);
        String seeds = found.map(each -> Long.toString(each.seeds())).orElse("> " + budget);
        report.put(
                mutant.id(),
                String.format(
                        "%-72s known bugs %-9s %5s seeds  %s",
                        mutant.id(),
                        mutant.knownBugs(),
                        seeds,
                        found.map(Found::property).orElse("not found")));
        assertThat(found.isPresent() || notExpected.contains(mutant.id()))
                .as("the simulator finds that %s", mutant.id())
                .isTrue();
    }

    /** Without a mistake nothing may be found: neither do the plans break it, nor the way it is loaded. */
    void expectNothingFoundWithoutAMistake() {
        LongFunction<String> logic = laboratory.trialOfLogic(Map.of());
        long seeds = Mutants.isNightly() ? budget : SEEDS_WITHOUT_A_MISTAKE;
        for (long seed = 0; seed < seeds; seed++) {
            assertThat(logic.apply(seed)).as("seed %s", seed).isNull();
        }
        LongFunction<String> all = laboratory.trialOfAll(Map.of());
        for (long seed = 0; seed < 4; seed++) {
            assertThat(all.apply(seed)).as("seed %s", seed).isNull();
        }
    }

    /** Ends it, and writes and prints the report. */
    void end(Path reportFile) {
        workers.shutdownNow();
        List<String> lines = new ArrayList<>(report.values());
        try {
            Files.write(reportFile, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lines.forEach(System.out::println);
    }
}
