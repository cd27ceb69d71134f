package org.tagma.simulator;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The packages of the simulator form layers, and none of them is more than one can look over. */
class SimulatorArchitectureTest {

    private static final int MOST_FILES_OF_A_PACKAGE = 30;

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tagma.simulator");

    @Test
    void thePackagesAreFreeOfCycles() {
        // Every package is a slice of its own, the first one too.
        slices().matching("org.tagma.(simulator..)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void noPackageHasMoreThanThirtyFiles() {
        Map<String, Long> files = CLASSES.stream()
                .filter(JavaClass::isTopLevelClass)
                .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
        assertThat(files).hasSizeGreaterThan(5);
        assertThat(files.values()).allMatch(count -> count <= MOST_FILES_OF_A_PACKAGE);
    }
}
