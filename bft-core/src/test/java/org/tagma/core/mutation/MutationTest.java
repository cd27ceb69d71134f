package org.tagma.core.mutation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import com.google.protobuf.ByteString;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.mutation.LaneMutants;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.MutantClassLoader;
import org.tagma.mutation.MutantCompiler;
import org.tagma.mutation.Mutants;
import org.tagma.mutation.StorageMutants;

/**
 * The checkers are checked: each known mistake is put into the protocol, and some test of the known bugs must notice. A
 * mutant that survives is a missing test. A build tries a sample, a nightly one all.
 */
class MutationTest {

    /** A test must notice a mutant by failing: one that runs on and on lacks a bound of its own. */
    private static final long SCENARIO_SECONDS = 240;

    private static final List<Mutant> KILLED_HERE = Stream.of(Mutants.PBFT, Mutants.RAFT, Mutants.LIVES)
            .flatMap(List::stream)
            .filter(mutant -> !mutant.killers().isEmpty())
            .distinct()
            .toList();

    /** A test, of {@code pbft} if no package is named, and its argument if it has one. */
    private static final Pattern SCENARIO = Pattern.compile("(?:(\\w+)\\.)?(\\w+)#(\\w+)(?:\\((\\d+)\\))?");

    private static ExecutorService workers;
    private static final List<String> TABLE = new ArrayList<>();

    @BeforeAll
    static void startWorkers() {
        workers = Executors.newFixedThreadPool(2, task -> {
            Thread thread = new Thread(task, "mutants");
            thread.setDaemon(true);
            return thread;
        });
    }

    @AfterAll
    static void printTable() {
        workers.shutdownNow();
        TABLE.forEach(System.out::println);
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsKilled() {
        Map<Mutant, CompletableFuture<Optional<String>>> runs = new LinkedHashMap<>();
        for (Mutant mutant : Mutants.sampleOf(KILLED_HERE)) {
            runs.put(mutant, CompletableFuture.supplyAsync(() -> killer(mutant), workers));
        }
        return runs.entrySet().stream()
                .map(run ->
                        DynamicTest.dynamicTest(run.getKey().id(), () -> expectKilled(run.getKey(), run.getValue())));
    }

    private static void expectKilled(Mutant mutant, CompletableFuture<Optional<String>> run) throws Exception {
        Optional<String> killer = run.get(SCENARIO_SECONDS, TimeUnit.SECONDS);
        TABLE.add(
                String.format("%-52s known bugs %-9s %s", mutant.id(), mutant.knownBugs(), killer.orElse("SURVIVES")));
        assertThat(killer).as("some test notices that %s", mutant.id()).isPresent();
    }

    /** The first test that fails with the mutant, and with what. */
    private static Optional<String> killer(Mutant mutant) {
        Map<String, byte[]> classes = MutantCompiler.compile(mutant, PbftProtocol.class, ByteString.class);
        for (String scenario : mutant.killers()) {
            Optional<Throwable> failure = run(loaderOf(classes), scenario);
            if (failure.isPresent()) {
                return Optional.of("killed by " + scenario + " ("
                        + failure.get().getClass().getSimpleName() + ")");
            }
        }
        return Optional.empty();
    }

    /** Loads the core, and the tests that drive it, anew. */
    private static ClassLoader loaderOf(Map<String, byte[]> classes) {
        return new MutantClassLoader(
                MutationTest.class.getClassLoader(), classes, name -> name.startsWith("org.tagma.core."));
    }

    /** Those too that the sample leaves out: else they would be stale by night. */
    @Test
    void everyMutantIsOfTheCodeAsItIs() {
        List<Executable> checks = Stream.of(
                        Mutants.PBFT, Mutants.RAFT, Mutants.LIVES, LaneMutants.ALL, StorageMutants.ALL)
                .flatMap(List::stream)
                .<Executable>map(mutant -> () -> MutantCompiler.checkFits(mutant))
                .toList();
        assertAll(checks);
    }

    /** Every scenario that is to kill a mutant passes without one: else it would prove nothing. */
    @TestFactory
    Stream<DynamicTest> withoutAMutantEveryKillerPasses() {
        TreeSet<String> scenarios = new TreeSet<>();
        Mutants.sampleOf(KILLED_HERE).forEach(mutant -> scenarios.addAll(mutant.killers()));
        return scenarios.stream()
                .map(scenario -> DynamicTest.dynamicTest(
                        scenario,
                        () -> assertThat(run(MutationTest.class.getClassLoader(), scenario))
                                .isEmpty()));
    }

    /** A mutant for each known bug that has its place in this module. */
    @Test
    void everyKnownBugHasAMutant() {
        TreeSet<Integer> covered = new TreeSet<>();
        KILLED_HERE.forEach(mutant -> covered.addAll(mutant.knownBugs()));
        List<Integer> owed = IntStream.concat(
                        IntStream.concat(IntStream.rangeClosed(1, 17), IntStream.of(19, 20, 23, 24)),
                        IntStream.rangeClosed(26, 33))
                .boxed()
                .toList();
        assertThat(covered).containsAll(owed);
        assertThat(KILLED_HERE.stream().map(Mutant::id)).doesNotHaveDuplicates();
    }

    private static Optional<Throwable> run(ClassLoader loader, String scenario) {
        Matcher parts = SCENARIO.matcher(scenario);
        if (!parts.matches()) {
            throw new AssertionError("no scenario is called " + scenario);
        }
        String ofProtocol = Objects.requireNonNullElse(parts.group(1), "pbft");
        boolean takesNumber = parts.group(4) != null;
        try {
            Class<?> test = Class.forName("org.tagma.core." + ofProtocol + "." + parts.group(2), true, loader);
            Constructor<?> constructor = test.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method method = takesNumber
                    ? test.getDeclaredMethod(parts.group(3), long.class)
                    : test.getDeclaredMethod(parts.group(3));
            method.setAccessible(true);
            Object instance = constructor.newInstance();
            if (takesNumber) {
                method.invoke(instance, Long.parseLong(parts.group(4)));
            } else {
                method.invoke(instance);
            }
            return Optional.empty();
        } catch (InvocationTargetException failure) {
            return Optional.of(failure.getCause());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("there is no scenario " + scenario, e);
        }
    }
}
