package org.tagma.simulator.exploration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.mutation.Mutants;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Incident.Kind;
import org.tagma.simulator.plan.Plan;
import org.tagma.simulator.plan.Setting;
import org.tagma.simulator.workload.ServiceSetting;

/** Groups of all usual sizes, and faults that meet only in larger ones: who changes the group while others forget. */
class SizesAndCombinationsTest {

    private static final int OPERATIONS = 60;
    private static final long SEEDS_LOOKED_AT = 3_000;

    private static Setting setting(String protocol, Nodes nodes) {
        SystemModel model = new SystemModel(Network.FAIR_LOSS, nodes, Synchrony.PARTIAL);
        return Setting.of(Protocols.named(protocol), model).withOperations(OPERATIONS);
    }

    private static Stream<Plan> plans(String protocol, Nodes nodes) {
        Setting setting = setting(protocol, nodes);
        return LongStream.range(0, SEEDS_LOOKED_AT)
                .mapToObj(seed -> setting.ofSomeSize(seed).draw(seed));
    }

    private static void assertKept(Stream<Plan> plans) {
        assertThat(plans.map(Outcome::of)
                        .filter(Outcome::isFailure)
                        .map(failure ->
                                failure.violation() + "\n" + failure.plan().replayCommand()))
                .isEmpty();
    }

    private static boolean has(Plan plan, Predicate<Kind> kind) {
        return plan.incidents().stream().anyMatch(each -> kind.test(each.kind()));
    }

    private static boolean changesItsGroup(Plan plan) {
        return has(plan, kind -> kind == Kind.DEMOTE || kind == Kind.REMOVE);
    }

    private static boolean forgets(Plan plan) {
        return has(plan, kind -> kind == Kind.WIPE || kind == Kind.AMNESIA);
    }

    private static boolean evictsSessions(Plan plan) {
        return !plan.service().limits().equals(ServiceSetting.USUAL.limits());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pbft", "raft"})
    void groupsOfAllSizesKeepTheirPromises(String protocol) {
        Nodes nodes = protocol.equals("pbft") ? Nodes.BYZANTINE : Nodes.CRASH_RECOVERY;
        assertThat(plans(protocol, nodes).map(Plan::replicas).distinct())
                .hasSize(protocol.equals("pbft") ? 7 : 5)
                .contains(protocol.equals("pbft") ? 10 : 7);
        assertKept(plans(protocol, nodes).limit(Mutants.isNightly() ? 300 : 20));
    }

    @Test
    void groupsThatChangeWhileReplicasForgetKeepTheirPromises() {
        List<Plan> together = plans("raft", Nodes.CRASH_RECOVERY)
                .filter(plan -> changesItsGroup(plan) && forgets(plan))
                .toList();
        assertThat(together).hasSizeGreaterThan(100);
        assertThat(together)
                .anyMatch(SizesAndCombinationsTest::evictsSessions)
                .anyMatch(plan -> plan.content().isTree());
        assertKept(together.stream().limit(Mutants.isNightly() ? 300 : 20));
    }

    @Test
    void groupsThatChangeWhileTreesAreFetchedAndSessionsEndKeepTheirPromises() {
        List<Plan> together = plans("raft", Nodes.CRASH_RECOVERY)
                .filter(plan -> changesItsGroup(plan) && plan.content().isTree() && evictsSessions(plan))
                .toList();
        assertThat(together).hasSizeGreaterThan(20);
        assertKept(together.stream().limit(Mutants.isNightly() ? 300 : 10));
    }
}
