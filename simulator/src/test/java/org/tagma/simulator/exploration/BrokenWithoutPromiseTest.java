package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.PlanText;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.properties.Property;

/** What is not promised does break, and a search finds the run. */
class BrokenWithoutPromiseTest {

    private static final int SEEDS = 60;
    private static final Path PAGE = Path.of("..", "docs", "system-models.md");

    static List<Setting> cellsThatDoNotPromiseAll() {
        return Protocols.all().stream()
                .flatMap(protocol -> SystemModel.all().stream().map(model -> Setting.of(protocol, model)))
                .filter(setting -> setting.promise().notOwed().isPresent())
                .map(setting -> setting.withOperations(20))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("cellsThatDoNotPromiseAll")
    void whatACellDoesNotPromiseIsBrokenInSomeRun(Setting setting) throws InterruptedException {
        assertFound(setting, setting.promise().notOwed().orElseThrow());
    }

    @Test
    void twoConspiratorsOfFourBreakAgreementUnderPbft() throws InterruptedException {
        SystemModel liars = new SystemModel(Network.RELIABLE, Nodes.BYZANTINE, Synchrony.SYNCHRONOUS);
        assertFound(new Setting(Protocols.named("pbft"), liars, 4, 2, 3, 20, false), Property.AGREEMENT);
    }

    @Test
    void twoCrashesOfFourStopPbftAndBreakNothingElse() throws InterruptedException {
        SystemModel crashes = new SystemModel(Network.FAIR_LOSS, Nodes.CRASH_STOP, Synchrony.PARTIAL);
        Setting setting = new Setting(Protocols.named("pbft"), crashes, 4, 2, 3, 20, false);
        assertThat(setting.promise().notOwed()).contains(Property.LIVENESS);
        assertFound(setting, Property.LIVENESS);
    }

    private static void assertFound(Setting setting, Property property) throws InterruptedException {
        Tally tally = new Sweep(seed -> setting.draw(seed).seeking(property), 1, SEEDS, Sweep.UNLIMITED).run(1);

        assertThat(tally.firstFailure()).isEmpty();
        assertThat(tally.unowed()).containsOnlyKeys(property);
        Plan found = tally.firstUnowed().orElseThrow();
        assertThat(Outcome.of(PlanText.parse(found.toString())).isFound()).isTrue();
    }

    @Test
    void thePageHasACommandForEachOfThem() throws IOException {
        String page = Files.readString(PAGE);
        assertThat(Stream.concat(
                        cellsThatDoNotPromiseAll().stream(),
                        Stream.of(Nodes.BYZANTINE, Nodes.CRASH_STOP).map(BrokenWithoutPromiseTest::beyondTheBound)))
                .allSatisfy(setting ->
                        assertThat(page).contains("`" + setting.breakCommand().orElseThrow() + "`"));
    }

    private static Setting beyondTheBound(Nodes nodes) {
        int tooMany = Promises.tolerated(Protocols.named("pbft"), 4) + 1;
        SystemModel model = new SystemModel(Network.FAIR_LOSS, nodes, Synchrony.PARTIAL);
        return new Setting(Protocols.named("pbft"), model, 4, tooMany, 3, 20, false);
    }
}
