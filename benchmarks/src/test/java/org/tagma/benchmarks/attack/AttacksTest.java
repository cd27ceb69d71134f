package org.tagma.benchmarks.attack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.OpenLoop.Figures;

/** A sample of what {@code tagma sim --attacks} does, over some seconds. */
class AttacksTest {

    private static final double RATE = 400;
    private static final double NEAR_SATURATION = 620;
    private static final List<String> SAMPLE = List.of("primary late by 200 ms", "silent primary", "censoring primary");

    private final Attacks attacks = new Attacks(1, 3_000);

    @Test
    void noAttackOfOneReplicaTakesMuchOfTheThroughputNorMakesAnybodyWaitLong() {
        Figures usual = attacks.under(Attack.NONE, RATE);
        assertThat(usual.views()).isZero();
        for (Attack attack : Attack.all(2_000)) {
            if (SAMPLE.contains(attack.name())) {
                Figures figures = attacks.under(attack, RATE);
                assertThat(figures.broken()).as(attack.name()).isEmpty();
                assertThat(figures.views()).as(attack.name()).isLessThanOrEqualTo(1);
                assertThat(figures.longestMillis()).as(attack.name()).isLessThan(2_000);
                assertThat((double) figures.answered() / usual.answered())
                        .as(attack.name())
                        .isGreaterThan(0.7);
            }
        }
    }

    /** Near saturation: what it makes the backups relay takes the primary's time, and is what they time. */
    @Test
    void aClientThatAsksEachReplicaForSomethingElseDeposesNobody() {
        for (Attack attack : Attack.all(2_000)) {
            if (attack.name().equals("client asks each for something else")) {
                Figures figures = attacks.under(attack, NEAR_SATURATION);
                assertThat(figures.broken()).isEmpty();
                assertThat(figures.views()).isZero();
                assertThat(figures.longestMillis()).isLessThan(1_000);
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameFigures() {
        Attack dark = Attack.all(2_000).get(0);
        assertThat(new Attacks(7, 1_000).under(dark, RATE)).isEqualTo(new Attacks(7, 1_000).under(dark, RATE));
    }
}
