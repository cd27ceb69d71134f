package org.tagma.simulator.puppet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.raft.RaftProtocol;
import org.tagma.simulator.RaftLimits;
import org.tagma.simulator.SimulatedRaft;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.check.Findings;

class RaftShowTest {

    private static final int STEPS = 1_000;

    /** One to seven replicas, of the usual sizes and of small ones, with leases and without. */
    private static SimulatedRaft group(long seed) {
        SimulatedRaft group = SimulatedRaft.of(1 + (int) (seed % 7));
        if (seed % 2 == 0) {
            int interval = 1 << (seed % 4);
            group = group.tuned(new Tuning(interval, 2 * interval, 1 + (int) (seed % 3), 4));
        }
        if (seed % 3 == 0) {
            group = group.withLimits(new RaftLimits(1 + (int) (seed % 4), 500, 300, 2));
        }
        return seed % 5 == 0 ? group.withLeaseReads() : group;
    }

    @Test
    void nothingIsFoundOfTheProtocolAsItIs() {
        for (long seed = 0; seed < 150; seed++) {
            Findings findings = new Findings();
            RaftShow.play(group(seed), findings, seed, STEPS);
            assertThat(findings.first()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void theSameSeedPlaysTheSame() {
        assertThat(actions(5, 3)).isEqualTo(actions(5, 3)).isNotEqualTo(actions(5, 4));
    }

    /** A show in which nothing gets anywhere tries little. */
    @Test
    void theGroupElectsCommitsFetchesStatesAndChanges() {
        Map<String, Integer> all = new TreeMap<>();
        for (long seed = 0; seed < 40; seed++) {
            actions(1 + (int) (seed % 7), seed).forEach((kind, count) -> all.merge(kind, count, Integer::sum));
        }
        assertThat(all.get("Commit")).isGreaterThan(1_000);
        assertThat(all.get("leader")).isGreaterThan(60);
        assertThat(all.get("group")).isGreaterThan(15);
        assertThat(all.get("ReadReady")).isGreaterThan(50);
        assertThat(all.get("InstallState")).isGreaterThan(50);
    }

    /** How often it did what: by the names of its actions, and by the first words of what it announced. */
    private static Map<String, Integer> actions(int replicas, long seed) {
        Map<String, Integer> counts = new TreeMap<>();
        SimulatedRaft group = SimulatedRaft.of(replicas)
                .tuned(new Tuning(4, 8, 2, 4))
                .madeBy((config, store) -> new Counted(new RaftProtocol(config), counts));
        RaftShow.play(group, new Findings(), seed, STEPS);
        return counts;
    }

    private record Counted(Protocol protocol, Map<String, Integer> counts) implements Protocol {

        @Override
        public List<Action> step(Event event) {
            List<Action> actions = protocol.step(event);
            for (Action action : actions) {
                counts.merge(action.getClass().getSimpleName(), 1, Integer::sum);
                if (action instanceof Action.Announce announce) {
                    counts.merge(
                            announce.text().startsWith("the group")
                                    ? "group"
                                    : announce.text().split(" ")[0],
                            1,
                            Integer::sum);
                }
            }
            return actions;
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
