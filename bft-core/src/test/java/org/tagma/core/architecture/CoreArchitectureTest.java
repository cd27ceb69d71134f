package org.tagma.core.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.service.FetchOutcome;
import org.tagma.core.service.ServingBudget;
import org.tagma.core.service.StateFetcher;
import org.tagma.core.service.TransferLimits;

/** What makes the core a pure state machine: no clock, thread, input, output or randomness, and no order by hash. */
@AnalyzeClasses(locations = CoreArchitectureTest.ProductionClasses.class)
class CoreArchitectureTest {

    /** Where the production classes of this module are, whatever else is on the class path. */
    static final class ProductionClasses implements LocationProvider {
        @Override
        public Set<Location> get(Class<?> testClass) {
            return Set.of(Location.of(
                    PbftProtocol.class.getProtectionDomain().getCodeSource().getLocation()));
        }
    }

    /** What a reader takes in at one sitting. */
    private static final int MAX_LINES = 400;

    /** {@code java.io} only as far as writing bytes into memory needs it. */
    private static final DescribedPredicate<JavaClass> ALLOWED = resideInAPackage("org.tagma.core..")
            .or(resideInAPackage("java.lang"))
            .or(resideInAPackage("java.lang.invoke"))
            .or(resideInAPackage("java.lang.runtime"))
            .or(resideInAPackage("java.util"))
            .or(resideInAPackage("java.util.function"))
            .or(resideInAPackage("java.util.stream"))
            .or(resideInAPackage("java.nio.charset"))
            .or(resideInAPackage("org.jspecify.."))
            .or(DescribedPredicate.describe(
                    "ByteBuffer", type -> type.getPackageName().equals("java.nio")))
            .or(belongToAnyOf(
                    MessageDigest.class,
                    NoSuchAlgorithmException.class,
                    ByteString.class,
                    CodedInputStream.class,
                    CodedOutputStream.class,
                    InvalidProtocolBufferException.class,
                    OutputStream.class,
                    IOException.class,
                    UncheckedIOException.class))
            .or(DescribedPredicate.describe("primitives", JavaClass::isPrimitive))
            .or(DescribedPredicate.describe("arrays", JavaClass::isArray));

    @ArchTest
    static final ArchRule USES_ONLY_WHAT_IS_PURE = classes()
            .should()
            .onlyDependOnClassesThat(ALLOWED)
            .because("a protocol is a deterministic state machine, and what it does not import it cannot do");

    @ArchTest
    static final ArchRule HAS_NO_CLOCK_THREAD_OR_RANDOMNESS = noClasses()
            .should()
            .dependOnClassesThat(belongToAnyOf(
                    Thread.class,
                    ThreadLocal.class,
                    Runtime.class,
                    ProcessBuilder.class,
                    Random.class,
                    SplittableRandom.class,
                    UUID.class,
                    java.util.Timer.class,
                    java.util.Date.class))
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "identityHashCode", Object.class)
            .orShould()
            .callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule HAS_NO_ORDER_BY_HASH = noClasses()
            .should()
            .callConstructorWhere(DescribedPredicate.describe(
                    "it makes a collection that iterates in hash order", call -> isHashOrdered(call.getTargetOwner())))
            .orShould()
            .callMethodWhere(DescribedPredicate.describe(
                    "it makes a collection that iterates in hash order", CoreArchitectureTest::makesHashOrder));

    private static boolean isHashOrdered(JavaClass type) {
        return Stream.of(HashMap.class, HashSet.class, Hashtable.class, IdentityHashMap.class, WeakHashMap.class)
                .anyMatch(type::isEquivalentTo);
    }

    private static boolean makesHashOrder(JavaMethodCall call) {
        JavaClass owner = call.getTargetOwner();
        String name = call.getName();
        // Map.of() and Set.of() without elements have no order to get wrong.
        boolean literal = (owner.isEquivalentTo(Map.class) || owner.isEquivalentTo(Set.class))
                && List.of("of", "copyOf", "ofEntries").contains(name)
                && !call.getTarget().getRawParameterTypes().isEmpty();
        boolean collector = owner.isEquivalentTo(Collectors.class)
                && (name.startsWith("toSet")
                        || name.startsWith("toUnmodifiableSet")
                        || ((name.startsWith("toMap")
                                        || name.startsWith("groupingBy")
                                        || name.startsWith("toUnmodifiableMap"))
                                && call.getTarget().getRawParameterTypes().size() < 3));
        return literal || collector;
    }

    /** PBFT fetches state; that is all it knows of the service. */
    @ArchTest
    static final ArchRule PBFT_KNOWS_ONLY_STATE_TRANSFER_OF_THE_SERVICE = noClasses()
            .that()
            .resideInAPackage("org.tagma.core.pbft..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.tagma.core.service..")
                    .and(not(DescribedPredicate.describe("state transfer", CoreArchitectureTest::isStateTransfer))));

    private static boolean isStateTransfer(JavaClass type) {
        return Stream.of(
                        TransferMessage.class,
                        StateFetcher.class,
                        FetchOutcome.class,
                        TransferLimits.class,
                        ServingBudget.class)
                .anyMatch(outer ->
                        type.getName().equals(outer.getName()) || type.getName().startsWith(outer.getName() + "$"));
    }

    @ArchTest
    static final ArchRule THE_SERVICE_KNOWS_NO_PROTOCOL = noClasses()
            .that()
            .resideInAnyPackage("org.tagma.core.service..", "org.tagma.core.protocol..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.tagma.core.pbft.."));

    @Test
    void noFileIsTooLongToBeTakenInAtOneSitting() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            List<Path> sources =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).isNotEmpty();
            for (Path source : sources) {
                assertThat(Files.readAllLines(source)).as("%s", source).hasSizeLessThanOrEqualTo(MAX_LINES);
            }
        }
    }
}
