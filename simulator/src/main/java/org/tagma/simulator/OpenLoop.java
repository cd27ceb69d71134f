package org.tagma.simulator;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.tagma.simulator.properties.Violations;

/**
 * Runs a scenario for a time, with clients that ask at a rate and do not wait for answers: so what a fault costs
 * shows, as
 * no client slows down for it. Not thread-safe.
 */
public final class OpenLoop {

    /**
     * What was seen.
     *
     * @param answered operations that were answered in the time that counts
     * @param longestMillis how long the slowest operation of the run took, or has waited at its end
     * @param views how many views were left in the time that counts
     * @param broken the first promise that was broken; empty as a rule
     */
    public record Figures(long answered, long longestMillis, long views, Optional<String> broken) {}

    private final SimulatedCluster cluster;
    private final double meanGapMicros;
    private final SplittableRandom random;

    private OpenLoop(Scenario scenario, long seed, double ratePerSecond) {
        this.cluster = new SimulatedCluster(scenario, seed, Optional.empty());
        this.meanGapMicros = 1_000_000 / ratePerSecond;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Runs it.
     *
     * @param ratePerSecond how many operations the clients ask for, all together, at random times
     * @param warmUpMillis what happens in this time does not count
     * @param millis how long the time is that counts
     */
    public static Figures run(Scenario scenario, long seed, double ratePerSecond, long warmUpMillis, long millis) {
        return new OpenLoop(scenario, seed, ratePerSecond).run(warmUpMillis * 1000, millis * 1000);
    }

    private Figures run(long warmUpMicros, long micros) {
        cluster.start();
        cluster.queue().after(0, this::ask);
        until(warmUpMicros);
        long answeredBefore = answered();
        long viewBefore = cluster.highestView();
        until(warmUpMicros + micros);
        long longest = 0;
        for (SimulatedClient client : cluster.allClients()) {
            OptionalLong oldest = client.oldestCallMicros();
            long waits = oldest.isPresent() ? (cluster.now() - oldest.getAsLong()) / 1000 : 0;
            longest = Math.max(longest, Math.max(waits, client.longestMillis()));
        }
        return new Figures(
                answered() - answeredBefore,
                longest,
                cluster.highestView() - viewBefore,
                violations().first().map(each -> each.property() + ": " + each.details()));
    }

    private long answered() {
        return cluster.allClients().stream()
                .mapToLong(SimulatedClient::succeeded)
                .sum();
    }

    private Violations violations() {
        return cluster.checks().violations();
    }

    private void until(long micros) {
        while (cluster.now() < micros
                && violations().isEmpty()
                && cluster.queue().runNext()) {
            // Everything happens in the events.
        }
    }

    private void ask() {
        cluster.client(random.nextInt(cluster.clients())).call();
        cluster.queue().after((long) (-meanGapMicros * Math.log(1 - random.nextDouble())), this::ask);
    }
}
