package org.tagma.examples.primarybackup;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A protocol from outside needs the public interface, and nothing else. */
@AnalyzeClasses(packages = "org.tagma.examples.primarybackup", importOptions = ImportOption.DoNotIncludeTests.class)
final class PublicInterfaceTest {

    @ArchTest
    static final ArchRule NOTHING_BUT_THE_INTERFACE = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "com.google.protobuf",
                    "org.tagma.protocol",
                    "org.tagma.network.codec",
                    "org.tagma.core",
                    "org.tagma.core.protocol",
                    "org.tagma.core.state",
                    "org.tagma.examples.primarybackup");
}
