package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.properties.Property;

/** What a protocol brings to the simulator is its own. */
class ProtocolSimulationTest {

    private static List<String> properties(String protocol) {
        return ProtocolSimulation.of(Protocols.named(protocol)).properties().stream()
                .map(Property::label)
                .toList();
    }

    @Test
    void aProtocolIsCheckedForItsOwnPropertiesOnly() {
        assertThat(properties("pbft")).contains("certificates").doesNotContain("election-safety");
        assertThat(properties("raft")).contains("election-safety").doesNotContain("certificates");
    }

    @Test
    void whatAllProtocolsOweIsNobodysOwn() {
        for (ProtocolSimulation each : ProtocolSimulation.ALL) {
            assertThat(each.properties()).doesNotContainAnyElementsOf(Property.OF_ALL_PROTOCOLS);
        }
    }

    @Test
    void aProtocolsOwnWaysOfBeingMaliciousAreItsAlone() {
        assertThat(SimulatedProtocol.of("pbft", 4).behaviours().names()).contains("eager-votes", "silent");
        assertThat(SimulatedProtocol.of("raft", 3).behaviours().names())
                .contains("equivocates", "silent")
                .doesNotContain("eager-votes");
    }
}
