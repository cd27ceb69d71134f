package org.tagma.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies between the modules point one way, as docs/architecture.md draws them; the command sees them all. */
class ModuleBoundariesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tagma");

    /** What is right below a module; it may use that, and what is below that. */
    private static final Map<String, List<String>> BELOW = Map.of(
            "core", List.of(),
            "crypto", List.of("core"),
            "network", List.of("crypto"),
            "replica", List.of("network"),
            "client", List.of("network"),
            "api", List.of("client", "replica"),
            "simulator", List.of("client", "replica"),
            "examples", List.of("api"),
            "benchmarks", List.of("examples", "simulator"),
            "cli", List.of("benchmarks"));

    static List<String> modules() {
        return BELOW.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyThoseBelowIt(String module) {
        List<String> usable = usable(module).toList();
        String[] others = modules().stream()
                .filter(other -> !usable.contains(other))
                .flatMap(ModuleBoundariesTest::packagesOf)
                .toArray(String[]::new);
        if (others.length > 0) {
            noClasses()
                    .that()
                    .resideInAnyPackage(packagesOf(module).toArray(String[]::new))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .check(CLASSES);
        }
    }

    @Test
    void everyClassBelongsToAModule() {
        noClasses()
                .should()
                .resideOutsideOfPackages(Stream.concat(
                                // Planted mistakes, which only tests have on their class path.
                                Stream.of("org.tagma.mutation.."),
                                modules().stream().flatMap(ModuleBoundariesTest::packagesOf))
                        .toArray(String[]::new))
                .check(CLASSES);
    }

    @Test
    void nothingOutsideAPackageKnowsItsInternals() {
        CLASSES.stream()
                .map(type -> type.getPackageName())
                .filter(name -> name.endsWith(".internal"))
                .distinct()
                .forEach(internal -> noClasses()
                        .that()
                        .resideOutsideOfPackage(internal.substring(0, internal.lastIndexOf('.')) + "..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(internal)
                        .check(CLASSES));
    }

    /** All else that is public is so for its neighbours, and may change; the examples do without it. */
    @Test
    void theExamplesNeedThePublicInterfaceAlone() {
        classes()
                .that()
                .resideInAPackage("org.tagma.examples..")
                .should()
                .onlyDependOnClassesThat(resideOutsideOfPackage("org.tagma..")
                        .or(resideInAnyPackage(
                                "org.tagma.examples..",
                                "org.tagma",
                                "org.tagma.client",
                                "org.tagma.client.call",
                                "org.tagma.core",
                                "org.tagma.core.protocol",
                                "org.tagma.core.service",
                                "org.tagma.core.state",
                                "org.tagma.network.codec",
                                "org.tagma.protocol",
                                "org.tagma.replica")))
                .check(CLASSES);
    }

    private static Stream<String> usable(String module) {
        return Stream.concat(Stream.of(module), BELOW.get(module).stream().flatMap(ModuleBoundariesTest::usable))
                .distinct();
    }

    private static Stream<String> packagesOf(String module) {
        return switch (module) {
            case "api" -> Stream.of("org.tagma", "org.tagma.admin..");
            case "network" -> Stream.of("org.tagma.network..", "org.tagma.protocol..");
            default -> Stream.of("org.tagma." + module + "..");
        };
    }
}
