package org.tagma.simulator.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.properties.Property;

class PromisesTest {

    private static final Path PAGE = Path.of("..", "docs", "system-models.md");

    @Test
    void thePageSaysWhatTheTableSays() throws IOException {
        String page = Files.readString(PAGE);

        for (SystemModel model : SystemModel.all()) {
            assertThat(page).contains(row(model));
        }
    }

    /** A line of the page's table. */
    private static String row(SystemModel model) {
        return "| " + model.network().label() + " | " + model.nodes().label() + " | "
                + model.synchrony().label() + " | " + cell(Protocols.named("pbft"), model) + " | "
                + cell(Protocols.named("raft"), model) + " |";
    }

    private static String cell(ProtocolDefinition protocol, SystemModel model) {
        Promise promise = Promises.of(protocol, model);
        return "**" + promise.label() + "**: " + promise.reason();
    }

    @Test
    void safetyNeverDependsOnTime() {
        for (SystemModel model : SystemModel.all()) {
            for (ProtocolDefinition protocol : Protocols.all()) {
                Promise promise = Promises.of(protocol, model);
                boolean byzantineRaft = protocol.name().equals("raft") && model.nodes() == Nodes.BYZANTINE;
                assertThat(promise.owes(Property.AGREEMENT)).isEqualTo(!byzantineRaft);
                assertThat(promise.owes(Property.LIVENESS))
                        .isEqualTo(!byzantineRaft && model.synchrony() != Synchrony.ASYNCHRONOUS);
            }
        }
    }

    @Test
    void beyondItsBoundAGroupOwesSafetyAgainstCrashesAndNothingAgainstLiars() {
        SystemModel liars = new SystemModel(Network.FAIR_LOSS, Nodes.BYZANTINE, Synchrony.PARTIAL);
        SystemModel crashes = new SystemModel(Network.FAIR_LOSS, Nodes.CRASH_STOP, Synchrony.PARTIAL);

        assertThat(Promises.of(Protocols.named("pbft"), liars, 4, 1).label()).isEqualTo("safety, liveness");
        assertThat(Promises.of(Protocols.named("pbft"), liars, 4, 2).isNothing())
                .isTrue();
        assertThat(Promises.of(Protocols.named("pbft"), crashes, 4, 2).label()).isEqualTo("safety");
        assertThat(Promises.of(Protocols.named("raft"), crashes, 3, 1).label()).isEqualTo("safety, liveness");
        assertThat(Promises.of(Protocols.named("raft"), crashes, 3, 2).label()).isEqualTo("safety");
    }
}
