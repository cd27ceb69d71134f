package org.tagma.replica.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.tagma.core.protocol.Protocol;
import org.tagma.crypto.Authentication;
import org.tagma.mutation.LaneMutants;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.MutantClassLoader;
import org.tagma.mutation.MutantCompiler;
import org.tagma.mutation.Mutants;
import org.tagma.mutation.StorageMutants;
import org.tagma.network.transport.PeerId;
import org.tagma.replica.engine.ReplicaEngine;

/**
 * The tests of durability and of lanes are checked: each known mistake is put into the replica, and some test must
 * notice.
 */
class ReplicaMutationTest {

    private static final List<Mutant> ALL =
            Stream.of(StorageMutants.ALL, LaneMutants.ALL).flatMap(List::stream).toList();

    private static final ClassLoader UNCHANGED = ReplicaMutationTest.class.getClassLoader();

    @TempDir
    Path temporary;

    @TestFactory
    Stream<DynamicTest> everyMutantIsKilled() {
        return Mutants.sampleOf(ALL).stream()
                .map(mutant -> DynamicTest.dynamicTest(
                        mutant.id(),
                        () -> assertThat(killer(mutant))
                                .as("some test notices that %s", mutant.id())
                                .isPresent()));
    }

    /** The first test that fails with the mutant. */
    private Optional<String> killer(Mutant mutant) {
        Map<String, byte[]> classes = MutantCompiler.compile(
                mutant,
                ReplicaEngine.class,
                Protocol.class,
                PeerId.class,
                Authentication.class,
                MeterRegistry.class,
                MpscUnboundedArrayQueue.class,
                ByteString.class,
                RocksDB.class,
                Logger.class);
        return mutant.killers().stream()
                .filter(scenario -> run(loaderOf(classes), scenario).isPresent())
                .findFirst();
    }

    /**
     * Loads the replica, and the tests that drive it, anew; and, if a protocol is changed, all that knows protocols.
     */
    private static ClassLoader loaderOf(Map<String, byte[]> classes) {
        boolean ofProtocol = classes.keySet().stream().anyMatch(name -> name.startsWith("org.tagma.protocol."));
        return new MutantClassLoader(
                UNCHANGED,
                classes,
                name -> name.startsWith("org.tagma.replica.")
                        || ofProtocol
                                && (name.startsWith("org.tagma.protocol.") || name.startsWith("org.tagma.network.")));
    }

    /**
     * Every scenario that is to kill a mutant passes without one, loaded in the same way: else it would prove nothing.
     */
    @TestFactory
    Stream<DynamicTest> withoutAMutantEveryKillerPasses() {
        TreeSet<String> scenarios = new TreeSet<>();
        ALL.forEach(mutant -> scenarios.addAll(mutant.killers()));
        return scenarios.stream()
                .map(scenario -> DynamicTest.dynamicTest(
                        scenario,
                        () -> assertThat(run(loaderOf(Map.of()), scenario)).isEmpty()));
    }

    /** A mutant for each known bug that has its place in this module. */
    @Test
    void everyKnownBugHasAMutant() {
        TreeSet<Integer> covered = new TreeSet<>();
        ALL.forEach(mutant -> covered.addAll(mutant.knownBugs()));
        assertThat(covered).contains(22, 34, 37, 38);
        assertThat(ALL.stream().map(Mutant::id)).doesNotHaveDuplicates();
    }

    private Optional<Throwable> run(ClassLoader loader, String scenario) {
        String[] names = scenario.split("#");
        try {
            Class<?> test = Class.forName("org.tagma.replica." + names[0], true, loader);
            Constructor<?> constructor = test.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object instance = constructor.newInstance();
            giveTemporaryFolders(instance);
            Method method = test.getDeclaredMethod(names[1]);
            method.setAccessible(true);
            method.invoke(instance);
            return Optional.empty();
        } catch (InvocationTargetException failure) {
            return Optional.of(failure.getCause());
        } catch (ReflectiveOperationException | IOException e) {
            throw new AssertionError("there is no scenario " + scenario, e);
        }
    }

    /** What JUnit does for a test that it runs itself. */
    private void giveTemporaryFolders(Object test) throws IllegalAccessException, IOException {
        for (Field field : test.getClass().getDeclaredFields()) {
            if (field.isAnnotationPresent(TempDir.class)) {
                field.setAccessible(true);
                field.set(test, Files.createTempDirectory(temporary, "scenario"));
            }
        }
    }
}
