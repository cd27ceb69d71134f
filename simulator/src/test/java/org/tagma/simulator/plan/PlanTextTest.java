package org.tagma.simulator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.workload.Retry;
import org.tagma.simulator.workload.ServiceSetting;

class PlanTextTest {

    @Test
    void whatIsPrintedIsReadAsTheSamePlan() {
        for (SystemModel model : SystemModel.all()) {
            for (long seed = 0; seed < 40; seed++) {
                Plan plan =
                        Setting.of(Protocols.all().get((int) (seed % 2)), model).draw(seed);

                assertThat(PlanText.parse(plan.toString())).isEqualTo(plan);
                assertThat(plan.toString()).doesNotContainPattern("['\"`$\\\\!*?;&|<>(){}\\[\\]~](?!\\d)");
            }
        }
    }

    /** What nothing draws tests nothing. */
    @Test
    void seedsOfRaftDrawIncidentsOfEveryKindButChangesOfTheGroupAndLeases() {
        List<Plan> plans = LongStream.range(0, 60)
                .boxed()
                .flatMap(seed -> SystemModel.all().stream()
                        .map(model -> Setting.of(Protocols.named("raft"), model).draw(seed)))
                .toList();

        assertThat(plans).extracting(plan -> plan.settings().bool("leaseReads")).contains(true, false);
        assertThat(plans)
                .extracting(plan -> plan.settings().integer("maxInflightMessages"))
                .contains(1, 2, 3, 4);
        assertThat(plans).anyMatch(plan -> !plan.tuning().hasAmpleBatches());
        assertThat(plans)
                .flatExtracting(Plan::incidents)
                .extracting(Incident::kind)
                .contains(EnumSet.complementOf(EnumSet.of(Incident.Kind.DEMOTE, Incident.Kind.REMOVE))
                        .toArray(Incident.Kind[]::new));
    }

    @Test
    void seedsOfBothProtocolsDrawTreesInMemoryAndOnDiskAndSomebodyWhoMissesCheckpoints() {
        SystemModel model = new SystemModel(Network.FAIR_LOSS, Nodes.CRASH_RECOVERY, Synchrony.PARTIAL);
        for (ProtocolDefinition protocol : Protocols.all()) {
            List<Plan> plans = LongStream.range(0, 400)
                    .mapToObj(seed -> Setting.of(protocol, model).draw(seed))
                    .toList();

            List<Plan> trees =
                    plans.stream().filter(plan -> plan.content().isTree()).toList();
            assertThat(trees).hasSizeBetween(20, 80);
            assertThat(trees).extracting(plan -> plan.content().onDisk()).contains(true, false);
            assertThat(trees)
                    .flatExtracting(Plan::incidents)
                    .extracting(Incident::kind)
                    .contains(Incident.Kind.DOWN, Incident.Kind.WIPE, Incident.Kind.PAUSE, Incident.Kind.CUT);
        }
    }

    @Test
    void seedsDrawClientsOfEveryKindAndSmallSessionTables() {
        List<Plan> plans = LongStream.range(0, 200)
                .mapToObj(seed -> Setting.standard().draw(seed))
                .toList();

        assertThat(plans)
                .flatExtracting(Plan::clients)
                .extracting(ClientPlan::retry)
                .contains(Retry.values());
        assertThat(plans)
                .flatExtracting(Plan::clients)
                .extracting(ClientPlan::processes)
                .contains(1, 2, 3, 4);
        assertThat(plans).anyMatch(plan -> plan.service().limits().maxSessionsPerClient() == 1);
        assertThat(plans).anyMatch(plan -> plan.service().deadlineMillis() > 0);
        assertThat(plans.stream()
                        .filter(plan -> plan.service().equals(ServiceSetting.USUAL))
                        .count())
                .as("most seeds are as before")
                .isGreaterThan(120);
    }

    @Test
    void seedsLoseConnectionsOfAllClientsAndOfOneWhereFramesMayBeLost() {
        for (ProtocolDefinition protocol : Protocols.all()) {
            List<Incident> lost = LongStream.range(0, 200)
                    .mapToObj(seed -> Setting.of(
                                    protocol,
                                    new SystemModel(Network.FAIR_LOSS, Nodes.CRASH_RECOVERY, Synchrony.PARTIAL))
                            .draw(seed))
                    .flatMap(plan -> plan.incidents().stream())
                    .filter(each -> each.kind() == Incident.Kind.DISCONNECT)
                    .toList();

            assertThat(lost).extracting(Incident::successes).contains(0, 1, 2, 3);
            assertThat(lost).extracting(each -> each.replicas().size()).contains(1, 3);
        }
    }

    /** A majority of those that are left remembers, or the group would stand still. */
    @Test
    void seedsOfRaftWipeDisksAlsoWhereTheGroupChanges() {
        SystemModel model = new SystemModel(Network.RELIABLE, Nodes.CRASH_RECOVERY, Synchrony.PARTIAL);
        Setting setting = new Setting(Protocols.named("raft"), model, 5, 2, 3, 60, false);

        List<List<Incident>> plans = LongStream.range(0, 200)
                .mapToObj(seed -> setting.draw(seed).incidents())
                .toList();

        assertThat(plans)
                .extracting(PlanTextTest::wiped)
                .allMatch(count -> count <= 2)
                .contains(1L, 2L);
        assertThat(plans)
                .anyMatch(plan -> wiped(plan) > 0
                        && plan.stream().anyMatch(each -> each.kind().isOfMembership()));
    }

    private static long wiped(List<Incident> incidents) {
        return incidents.stream()
                .filter(each -> each.kind() == Incident.Kind.WIPE)
                .map(Incident::replicas)
                .distinct()
                .count();
    }

    @Test
    void whatIsLeftOutIsHarmless() {
        Plan plan = PlanText.parse("pbft reliable crash-stop synchronous");

        assertThat(plan.malicious()).isEmpty();
        assertThat(plan.incidents()).isEmpty();
        assertThat(plan.wire()).isEqualTo(Wire.reliable());
        assertThat(plan.operations()).isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pbft | a plan begins with",
                "paxos reliable crash-stop synchronous | no protocol 'paxos'",
                "pbft leaky crash-stop synchronous | 'leaky' where reliable, fair-loss or arbitrary is expected",
                "pbft reliable crash-stop synchronous frob | 'frob', which is no setting",
                "pbft reliable crash-stop synchronous frob=1 | the unknown setting 'frob'",
                "pbft reliable crash-stop synchronous seed=1 seed=2 | seed twice",
                "pbft reliable crash-stop synchronous seed=x | seed=x, which is no whole number",
                "pbft reliable crash-stop synchronous n=0 | there must be 1 to 31 replicas",
                "pbft reliable crash-stop synchronous r9=silent | a malicious replica must exist",
                "pbft reliable crash-stop synchronous r1=naughty | no way of being malicious is called 'naughty'",
                "pbft reliable crash-stop synchronous r1=censors | censors takes a number",
                "pbft reliable crash-stop synchronous r1=silent:3 | silent takes no number",
                "pbft reliable crash-stop synchronous down=1@x | down=1@x, which must be like",
                "pbft reliable crash-stop synchronous down=8@1ops+1ms | an incident must happen to a replica that"
                        + " exists",
                "pbft reliable crash-stop synchronous down=1.2@1ops+1ms | only cuts, splits, clocks, connections and"
                        + " changes of the group can be of several",
                "pbft reliable crash-stop synchronous disconnect=1@1ops+9ms | a reliable network loses no connections",
                "pbft reliable crash-stop synchronous wire=1/2 | wire=1/2, which must be like",
                "pbft reliable crash-stop synchronous wire=5/1000/0/0/0/0/0 | 0 to 900 of a thousand",
                "pbft reliable crash-stop synchronous transfer=1@1ops+0ms | leadership and the group do not change at"
                        + " an operator's word under pbft",
                "pbft reliable crash-stop synchronous remove=1@1ops+0ms | leadership and the group do not change at"
                        + " an operator's word under pbft",
                "raft reliable crash-stop synchronous n=2 remove=0.1@1ops+0ms | a voter must be left",
                "pbft reliable crash-stop synchronous leaseReads=true | the unknown setting 'leaseReads'",
                "raft reliable crash-stop synchronous leaseReads=true drift=48 | drift must be 0 to 47",
                "raft reliable crash-stop synchronous leaseReads=on | leaseReads=on, which must be false or true",
                "raft reliable crash-stop synchronous maxInflightMessages=0 | maxInflightMessages must be",
                "raft reliable crash-stop synchronous batch-bytes=x | batch-bytes=x, which is no whole number",
                "pbft reliable crash-stop synchronous tree=250x300 | tree=250x300, which must be like 250x300@3",
                "pbft reliable crash-stop synchronous tree=250x0@3 | entries of 1 to 10000 bytes",
                "pbft reliable crash-stop synchronous tree=250x9@3 parts=64/128 | parts of 64 and 128 bytes",
                "pbft reliable crash-stop synchronous clients=3 | the client '3'",
            })
    void whatIsNoPlanIsRefusedWithAReason(String line, String reason) {
        assertThatThrownBy(() -> PlanText.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason);
    }
}
