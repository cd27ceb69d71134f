package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.properties.Property;

/** A group that is done says that it lives, and no more. */
class RetransmissionTest {

    /** Seeds in which a run is watched after all is done. */
    private static final long WATCHED = 8;

    @Test
    void aGroupThatIsDoneSaysNoMoreThanThatItLives() {
        for (String protocol : List.of("pbft", "raft")) {
            Scenario.cluster(SimulatedProtocol.of(protocol, 4))
                    .seed(WATCHED)
                    .run()
                    .expectAllAnswered();
        }
    }

    @Test
    void aReplicaThatRepeatsItselfWithoutEndIsFound() {
        SimulatedProtocol group = SimulatedProtocol.of("pbft", 4);
        SimulatedProtocol chatty =
                group.madeBy((context, store) -> new Chatty(group.make().create(context, store)));
        Optional<Property> broken =
                Scenario.cluster(chatty).seed(WATCHED).run().violation().map(violation -> violation.property());
        assertThat(broken).contains(Property.BOUNDED_RETRANSMISSION);
    }

    /** Says everything that it tells all others eight times more. */
    private record Chatty(Protocol protocol) implements Protocol {

        @Override
        public List<Action> step(Event event) {
            List<Action> all = new ArrayList<>();
            for (Action action : protocol.step(event)) {
                for (int i = action instanceof Action.Broadcast ? 0 : 8; i <= 8; i++) {
                    all.add(action);
                }
            }
            return all;
        }

        @Override
        public ProtocolStatus status() {
            return protocol.status();
        }

        @Override
        public long stateHash() {
            return protocol.stateHash();
        }
    }
}
