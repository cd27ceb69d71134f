package org.tagma.cli;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Packages form layers: none depends, by way of whichever others, on one that depends on it. */
class PackageCyclesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tagma");

    /** Dependencies that make cycles today, the wrong way round: to be taken away, and none to be added. */
    private static final Map<String, String> CYCLES_OF_TODAY = Map.of(
            "core.protocol", "core.service",
            "replica.storage", "replica",
            "replica.trace", "replica");

    @Test
    void noPackageIsPartOfACycle() {
        SliceRule rule = slices().matching("org.tagma.(**)").should().beFreeOfCycles();
        for (Map.Entry<String, String> cycle : CYCLES_OF_TODAY.entrySet()) {
            rule = rule.ignoreDependency(
                    resideInAPackage("org.tagma." + cycle.getKey()), resideInAPackage("org.tagma." + cycle.getValue()));
        }
        rule.check(CLASSES);
    }
}
