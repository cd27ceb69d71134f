package org.tagma.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Dependencies between the modules point one way, as docs/architecture.md lists them; the command sees them all. */
class ModuleBoundariesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tagma");

    private static final Map<String, List<String>> MAY_USE = Map.of(
            "core", List.of(),
            "crypto", List.of("core"),
            "network", List.of("core", "crypto"),
            "replica", List.of("core", "crypto", "network"),
            "client", List.of("core", "crypto", "network"),
            "simulator", List.of("core", "crypto", "network", "replica", "client"),
            "api", List.of("core", "crypto", "network", "replica", "client"),
            "examples", List.of("core", "crypto", "network", "replica", "client", "api"),
            "benchmarks", List.of("core", "crypto", "network", "replica", "client", "examples"),
            "cli",
                    List.of(
                            "core",
                            "crypto",
                            "network",
                            "replica",
                            "client",
                            "api",
                            "simulator",
                            "examples",
                            "benchmarks"));

    static List<String> modules() {
        return MAY_USE.keySet().stream().sorted().toList();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void aModuleUsesOnlyThoseBelowIt(String module) {
        String[] others = modules().stream()
                .filter(other -> !other.equals(module) && !MAY_USE.get(module).contains(other))
                .map(ModuleBoundariesTest::packageOf)
                .toArray(String[]::new);
        if (others.length > 0) {
            noClasses()
                    .that()
                    .resideInAPackage(packageOf(module))
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
                .resideOutsideOfPackages(
                        modules().stream().map(ModuleBoundariesTest::packageOf).toArray(String[]::new))
                .check(CLASSES);
    }

    private static String packageOf(String module) {
        return module.equals("api") ? "org.tagma" : "org.tagma." + module + "..";
    }
}
