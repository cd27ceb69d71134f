package org.tagma.benchmarks.attack;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.TransferLimits;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.ReplicaContext;
import org.tagma.simulator.OpenLoop;
import org.tagma.simulator.OpenLoop.Figures;
import org.tagma.simulator.Scenario;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.faults.NetworkModel;
import org.tagma.simulator.kernel.Capacity;
import org.tagma.simulator.workload.ServiceSetting;

/**
 * Aardvark's question: what is left of the throughput of a group that is almost saturated while one replica or one
 * client
 * attacks it (Clement and others, NSDI 2009)? Everything has the values of a new cluster; the processors are slow
 * ones, so that
 * a group can be saturated in a simulation.
 */
public final class Attacks {

    /** By how much the processors are slower than those of a machine of 2020. */
    private static final int SLOWER = 10;

    private static final Capacity CAPACITY = new Capacity(5 * SLOWER, 100 * SLOWER);

    private static final SimulatedProtocol GROUP = SimulatedProtocol.of(Protocols.standard(), 4);

    private static final double SATURATING_RATE = 4_000;

    /**
     * So that one more client, served like the others, would not be one too many: then nothing could be caught up
     * with.
     */
    private static final double NEAR_SATURATION = 0.8;

    private static final long WARM_UP_MILLIS = 5_000;
    private static final long SATURATION_MILLIS = 5_000;
    private static final int CLIENTS = 10;

    /** At least so much of the throughput is to be left on average. */
    private static final double OWED_SHARE = 0.7;

    /** And no operation may take longer. */
    private static final long OWED_MILLIS = 2_000;

    private final long seed;
    private final long millis;

    /**
     * The experiment.
     *
     * @param seed of everything that is drawn
     * @param millis how long each attack goes on, in virtual time
     */
    public Attacks(long seed, long millis) {
        this.seed = seed;
        this.millis = millis;
    }

    /** Runs all attacks and prints a table. Returns 0 if what is owed was kept, else 1. */
    public static int run(long seed, long millis, PrintStream out) {
        return new Attacks(seed, millis).run(out);
    }

    private int run(PrintStream out) {
        double saturated = saturated();
        double rate = NEAR_SATURATION * saturated;
        Figures usual = under(Attack.NONE, rate);
        out.printf(
                Locale.ROOT,
                "4 replicas, %d clients, requests with MACs; a frame costs %d us, a signature %d us;%n"
                        + "saturated at %.0f operations/s, offered %.0f/s; each attack goes on for %d s.%n%n",
                CLIENTS,
                CAPACITY.frameMicros(),
                CAPACITY.signatureMicros(),
                saturated,
                rate,
                millis / 1000);
        out.printf("%-35s %12s %18s %14s%n", "ATTACK", "THROUGHPUT", "WORST OPERATION", "VIEW CHANGES");
        print(out, Attack.NONE, usual, 1);
        double sum = 0;
        boolean kept = true;
        List<Attack> attacks = Attack.all(timeoutMillis());
        for (Attack attack : attacks) {
            Figures figures = under(attack, rate);
            double share = (double) figures.answered() / usual.answered();
            print(out, attack, figures, share);
            sum += share;
            kept &= figures.longestMillis() <= OWED_MILLIS && figures.broken().isEmpty();
        }
        double average = sum / attacks.size();
        out.printf(
                Locale.ROOT,
                "%naverage of the attacks: %.0f %%; owed: %.0f %%, and no operation over %d ms: %s%n",
                100 * average,
                100 * OWED_SHARE,
                OWED_MILLIS,
                kept && average >= OWED_SHARE ? "kept" : "BROKEN");
        return kept && average >= OWED_SHARE ? 0 : 1;
    }

    private static void print(PrintStream out, Attack attack, Figures figures, double share) {
        out.printf(
                Locale.ROOT,
                "%-35s %10.0f %% %15d ms %14d%s%n",
                attack.name(),
                100 * share,
                figures.longestMillis(),
                figures.views(),
                figures.broken().map(broken -> "  BROKEN: " + broken).orElse(""));
        out.flush();
    }

    /** What the group does when it is offered more than it can. */
    public double saturated() {
        Figures figures = OpenLoop.run(scenario(), seed, SATURATING_RATE, WARM_UP_MILLIS, SATURATION_MILLIS);
        return figures.answered() * 1000.0 / SATURATION_MILLIS;
    }

    /** What it does under an attack. */
    public Figures under(Attack attack, double rate) {
        return OpenLoop.run(attack.script().attacks(scenario(), WARM_UP_MILLIS), seed, rate, WARM_UP_MILLIS, millis);
    }

    /** Of requests there may be so many times fewer under way and waiting: so they wait as long. */
    private static int requests(int usual) {
        return usual / SLOWER;
    }

    private static long timeoutMillis() {
        return ClusterConfig.Timeouts.defaults().requestTimeoutMillis();
    }

    private static Scenario scenario() {
        ClusterConfig.Limits limits = ClusterConfig.Limits.defaults();
        return Scenario.cluster(GROUP.with(context()))
                .clients(CLIENTS)
                .operations(0)
                .registers(64)
                .service(new ServiceSetting(
                        new ServiceLimits(limits.maxSessionsPerClient(), requests(limits.sessionPipeline())), 0))
                .network(new NetworkModel(100, 1_000, 0, 0, 0, 0, 0, 0, 0))
                .authentication(GROUP.policy(AuthenticationMode.CLIENT_SIGNATURES))
                .fastPathForQueries(false)
                .capacity(CAPACITY);
    }

    private static ReplicaContext context() {
        ClusterConfig.Window window = ClusterConfig.Window.defaults();
        ClusterConfig.Batch batch = ClusterConfig.Batch.defaults();
        ClusterConfig.Limits limits = ClusterConfig.Limits.defaults();
        ClusterConfig.Timeouts timeouts = ClusterConfig.Timeouts.defaults();
        return new ReplicaContext(
                0,
                GROUP.quorums(),
                0,
                new ReplicaContext.Timing(
                        timeouts.requestTimeoutMillis(),
                        timeouts.viewChangeTimeoutMillis(),
                        timeouts.statusIntervalMillis(),
                        limits.maxClockSkewMillis()),
                new ReplicaContext.Sizes(
                        window.checkpointInterval(),
                        window.logWindow(),
                        window.pipelineDepth(),
                        batch.maxRequests(),
                        batch.maxBytes(),
                        requests(limits.maxPendingRequests()),
                        requests(limits.maxPendingRequestsPerClient()),
                        requests(limits.sessionPipeline())),
                MemoryBounds.DEFAULT,
                TransferLimits.DEFAULT,
                GROUP.template().settings());
    }
}
