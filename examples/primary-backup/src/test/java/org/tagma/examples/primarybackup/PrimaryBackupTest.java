package org.tagma.examples.primarybackup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.exploration.Outcome;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.PlanText;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/** What the protocol promises under its assumptions, and what becomes of it without them. */
class PrimaryBackupTest {

    private static final SystemModel ITS_MODEL =
            new SystemModel(Network.RELIABLE, Nodes.CRASH_STOP, Synchrony.SYNCHRONOUS);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void underItsAssumptionsItKeepsEveryPromise(long seed) {
        Outcome outcome = Outcome.of(
                Setting.of(Protocols.named("primary-backup"), ITS_MODEL).draw(seed));
        assertThat(outcome.violation()).isEmpty();
    }

    @Test
    void itPromisesNothingAnywhereElse() {
        long promising = SystemModel.all().stream()
                .filter(model ->
                        !Promises.of(Protocols.named("primary-backup"), model).isNothing())
                .count();
        assertThat(promising).isEqualTo(1);
    }

    /** Replica 1 is cut off for a while, takes the primary for dead, and goes on alone. */
    @Test
    void whoeverIsLateSplitsTheGroup() {
        Outcome outcome = Outcome.of(PlanText.parse("primary-backup reliable crash-stop asynchronous seed=35 n=3 f=2"
                + " auth=signatures crypto=simulated reads=ordered tuning=8/32/2/16 wire=5/0/0/0/0/0/0 gst=never"
                + " drift=0 registers=1 clients=0x1@1,0x1@1,20x1@1 bad-clients=0 breaks=agreement"
                + " cut=1@19ops+2774ms"));
        assertThat(outcome.violation().map(found -> found.property())).contains(Property.AGREEMENT);
    }

    @Test
    void aPrimaryThatProposesOtherwiseWhatIsDecidedIsFound() {
        Violations violations = new Violations();
        ProtocolObserver observer =
                new BackupSimulation().observer(SimulatedProtocol.of("primary-backup", 2), violations);
        Batch decided = Batch.of(1, List.of());
        observer.decided(0, new Action.Commit(1, decided));
        observer.decided(1, new Action.Send(0, new BackupMessage.Update(1, 0, 1, decided)));
        assertThat(violations.first()).isEmpty();

        observer.decided(1, new Action.Send(0, new BackupMessage.Update(1, 0, 1, Batch.of(2, List.of()))));
        assertThat(violations.first().map(found -> found.property())).contains(BackupSimulation.DECIDED_STAYS);
    }

    @Test
    void theSimulatorFindsWhatTheProtocolBrings() {
        assertThat(Setting.of(Protocols.named("primary-backup"), ITS_MODEL).owed())
                .contains(Property.AGREEMENT, BackupSimulation.DECIDED_STAYS);
    }
}
