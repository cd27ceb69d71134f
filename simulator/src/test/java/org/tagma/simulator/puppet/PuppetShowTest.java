package org.tagma.simulator.puppet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.simulator.SimulatedPbft;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.check.Findings;

class PuppetShowTest {

    private static final int STEPS = 1_000;

    /** Of the usual sizes, and of the smallest. */
    private static SimulatedPbft group(long seed) {
        SimulatedPbft group = SimulatedPbft.of(seed % 5 == 4 ? 7 : 4);
        return seed % 2 == 0 ? group : group.tuned(new Tuning(1, 2 + (int) (seed % 7), 2, 1 + (int) (seed % 3)));
    }

    @Test
    void nothingIsFoundOfTheProtocolAsItIs() {
        for (long seed = 0; seed < 60; seed++) {
            Findings findings = new Findings();
            PuppetShow.play(group(seed), findings, seed, STEPS);
            assertThat(findings.first()).as("seed %s", seed).isEmpty();
        }
    }

    @Test
    void theSameSeedPlaysTheSame() {
        assertThat(whatHappens(7)).isEqualTo(whatHappens(7)).isNotEqualTo(whatHappens(8));
    }

    /** A show in which the replica gets nowhere tries little. */
    @Test
    void theReplicaCommitsChangesViewsAndFetchesStates() {
        long committed = 0;
        long views = 0;
        long installed = 0;
        for (long seed = 0; seed < 20; seed++) {
            String happens = whatHappens(seed);
            committed += count(happens, "Commit[sequence");
            views += count(happens, "entered view");
            installed += count(happens, "InstallState");
        }
        assertThat(committed).isGreaterThan(150);
        assertThat(views).isGreaterThan(40);
        assertThat(installed).isGreaterThan(5);
    }

    private static long count(String text, String word) {
        return (text.length() - text.replace(word, "").length()) / word.length();
    }

    private static String whatHappens(long seed) {
        StringBuilder said = new StringBuilder();
        SimulatedPbft group = SimulatedPbft.of(4).madeBy((config, store) -> new Told(new PbftProtocol(config), said));
        PuppetShow.play(group, new Findings(), seed, STEPS);
        return said.toString();
    }

    /** Writes down what a protocol commits, announces and installs. */
    private record Told(Protocol protocol, StringBuilder said) implements Protocol {

        @Override
        public List<Action> step(Event event) {
            List<Action> actions = protocol.step(event);
            for (Action action : actions) {
                if (action instanceof Action.Commit || action instanceof Action.Announce) {
                    said.append(action);
                } else if (action instanceof Action.InstallState install) {
                    said.append("InstallState ").append(install.sequence());
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
