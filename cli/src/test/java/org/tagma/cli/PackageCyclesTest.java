package org.tagma.cli;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Packages form layers: none depends, by way of whichever others, on one that depends on it. */
class PackageCyclesTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.tagma");

    @Test
    void noPackageIsPartOfACycle() {
        slices().matching("org.tagma.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
