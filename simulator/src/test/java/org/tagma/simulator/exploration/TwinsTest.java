package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.MutantClassLoader;
import org.tagma.mutation.MutantCompiler;
import org.tagma.mutation.Mutants;

class TwinsTest {

    @Test
    void everyScenarioOfOneRoundKeepsAgreement() {
        Twins.Report report = new Twins().enumerate(1);

        assertThat(report.how()).isEmpty();
        assertThat(report.scenarios()).isEqualTo(4 * 16);
    }

    @Test
    void drawnScenariosKeepAgreement() {
        assertThat(new Twins().draw(0, 40).how()).isEmpty();
    }

    /** Two primaries with one key, each with half of the group: a quorum of one vote less is one on each side. */
    @Test
    void quorumWithOneVoteLessIsFoundByTwinsAlone() throws Exception {
        Mutant mutant = Mutants.PBFT.stream()
                .filter(each -> each.id().equals("certificate one vote short"))
                .findFirst()
                .orElseThrow();
        ClassLoader loader = new MutantClassLoader(
                TwinsTest.class.getClassLoader(),
                MutantCompiler.compile(mutant, PbftProtocol.class, ByteString.class),
                name -> name.startsWith("org.tagma."));
        Class<?> twins = Class.forName(Twins.class.getName(), true, loader);

        Object report = twins.getMethod("enumerate", int.class)
                .invoke(twins.getConstructor().newInstance(), 1);

        assertThat(report.toString()).contains("AGREEMENT");
    }

    @Test
    void theCommandSaysHowManyScenariosItRan() {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        assertThat(Twins.run(1, new PrintStream(printed, true, StandardCharsets.UTF_8)))
                .isZero();
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("all 64 scenarios");
        assertThatThrownBy(() -> new Twins().enumerate(9)).isInstanceOf(IllegalArgumentException.class);
    }
}
