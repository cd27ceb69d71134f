package org.tagma.simulator.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.tagma.simulator.exploration.Outcome;
import org.tagma.simulator.properties.Property;

class ShrinkerTest {

    private static final String FULL =
            "pbft fair-loss byzantine partial seed=3 n=4 f=1 auth=macs reads=fast tuning=4/16/3/8"
                    + " wire=9/20/14/5/0/0/0 gst=971"
                    + " drift=23 registers=5 clients=67x2@1,67x3@1,66x5@19 bad-clients=1 r1=stale-messages+isolates:2"
                    + " down=2@136ops+1929ms pause=0@16ops+482ms cut=3@900ms+100ms";

    @Test
    void keepsWhatMattersAndNothingElse() {
        Plan plan = PlanText.parse(FULL);
        // Stands for a bug that needs a pause, a stale message, lost frames and ten operations of client 1.
        Shrinker shrinker = new Shrinker(ShrinkerTest::shows, 10_000, 60_000);

        Plan smallest = shrinker.shrink(plan);

        assertThat(smallest.incidents())
                .singleElement()
                .satisfies(incident -> assertThat(incident.kind()).isEqualTo(Incident.Kind.PAUSE));
        assertThat(smallest.malicious()).hasSize(1);
        assertThat(smallest.malicious().get(1)).containsExactly("stale-messages");
        assertThat(smallest.clients().stream().map(ClientPlan::operations)).containsExactly(0, 10, 0);
        assertThat(smallest.wire()).isEqualTo(new Wire(9, 20, 0, 0, 0, 0, 0));
        assertThat(smallest.stabilizationMillis()).isZero();
        assertThat(smallest.faultyClients()).isZero();
        assertThat(shrinker.runs()).isPositive();
    }

    private static boolean shows(Plan plan) {
        return plan.incidents().stream().anyMatch(incident -> incident.kind() == Incident.Kind.PAUSE)
                && plan.malicious().values().stream().anyMatch(ways -> ways.contains("stale-messages"))
                && plan.wire().drop() > 0
                && plan.clients().get(1).operations() >= 10;
    }

    @Test
    void stopsWhenItsRunsAreUsedUp() {
        Shrinker shrinker = new Shrinker(plan -> false, 7, 60_000);

        Plan plan = PlanText.parse(FULL);

        assertThat(shrinker.shrink(plan)).isEqualTo(plan);
        assertThat(shrinker.runs()).isEqualTo(7);
    }

    /** Two liars of four: nothing is promised, and the simulator shows why, in few steps. */
    @Test
    void twoLiarsOfFourDeceiveAClientInAShortSchedule() {
        Plan plan = PlanText.parse(
                "pbft fair-loss byzantine partial seed=27 n=4 f=2 auth=macs reads=ordered wire=2/2/34/15/0/0/0 gst=2545"
                        + " drift=34 registers=1 clients=14x5@1,13x1@1,13x1@7 r1=lies-to-clients r3=lies-to-clients");
        assertThat(plan.promise().isNothing()).isTrue();

        Plan smallest = new Shrinker(ShrinkerTest::isNotLinearizable, 150, 20_000).shrink(plan);

        assertThat(isNotLinearizable(plan)).isTrue();
        assertThat(isNotLinearizable(smallest)).isTrue();
        assertThat(smallest.operations()).isLessThan(plan.operations() / 4);
        assertThat(smallest.malicious()).hasSize(2);
    }

    private static boolean isNotLinearizable(Plan plan) {
        return Outcome.of(plan)
                .violation()
                .filter(found -> found.property().equals(Property.LINEARIZABILITY))
                .isPresent();
    }
}
