package org.tagma.examples.primarybackup;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** A protocol from outside needs the public interface, and what it tells the simulator the simulator; nothing else. */
@AnalyzeClasses(packages = "org.tagma.examples.primarybackup", importOptions = ImportOption.DoNotIncludeTests.class)
final class PublicInterfaceTest {

    private static final String[] INTERFACE = {
        "java..",
        "com.google.protobuf",
        "org.tagma.protocol",
        "org.tagma.network.codec",
        "org.tagma.core",
        "org.tagma.core.protocol",
        "org.tagma.core.state",
        "org.tagma.examples.primarybackup"
    };

    /** Loaded by the simulator alone: a replica that runs the protocol need not have it. */
    private static final DescribedPredicate<JavaClass> ABOUT_THE_SIMULATOR = belongToAnyOf(BackupSimulation.class);

    @ArchTest
    static final ArchRule NOTHING_BUT_THE_INTERFACE =
            classes().that(not(ABOUT_THE_SIMULATOR)).should().onlyDependOnClassesThat(resideInAnyPackage(INTERFACE));

    @ArchTest
    static final ArchRule THE_SIMULATOR_IN_ONE_PLACE = classes()
            .that(ABOUT_THE_SIMULATOR)
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(INTERFACE).or(resideInAPackage("org.tagma.simulator..")));
}
