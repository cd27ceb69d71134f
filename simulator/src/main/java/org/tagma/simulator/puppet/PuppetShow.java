package org.tagma.simulator.puppet;

import java.util.Optional;
import java.util.SplittableRandom;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.Event;
import org.tagma.simulator.SimulatedPbft;
import org.tagma.simulator.check.Findings;

/**
 * Plays to one replica of PBFT at a time: it is made, and everything that it hears is made up, some of it right, some of it wrong, much
 * of it nearly right. What is owed by each step of a correct replica, whoever surrounds it, is owed here too; what a group owes
 * is not, for more than f replicas lie. Only of what committed and of the state do no more than f lie, so that the replica can go on.
 */
public final class PuppetShow {

    private static final int STEPS_PER_SHOW = 1_000;
    private static final int RATHER_OWN_PERCENT = 70;
    private static final int RATHER_OWN_WHILE_INSTALLING_PERCENT = 15;
    private static final int OTHER_SIZE_PERCENT = 30;
    private static final int LEAST_REPLICAS = 4;
    private static final int MOST_REPLICAS = 8;
    private static final int LITTLE_ROOM_PERCENT = 40;

    private PuppetShow() {}

    /**
     * Plays so many steps, to a new replica now and then, or until something is found. Deterministic.
     *
     * @param protocol what the replica is made by
     * @param seed what everything is drawn from
     */
    public static void play(SimulatedPbft protocol, Findings findings, long seed, int steps) {
        SplittableRandom random = new SplittableRandom(seed).split();
        Findings own = new Findings();
        for (int left = steps; left > 0 && own.isEmpty(); left -= STEPS_PER_SHOW) {
            playOne(protocol, own, random.split(), Math.min(left, STEPS_PER_SHOW));
        }
        own.first().ifPresent(found -> findings.report(found.property(), "among puppets: " + found.details()));
    }

    private static void playOne(SimulatedPbft usual, Findings findings, SplittableRandom random, int steps) {
        SimulatedPbft protocol = varied(usual, random.split());
        int replicas = protocol.quorums().replicas();
        int self = random.nextInt(replicas);
        Props props = new Props(random.split(), protocol.template().maxBatchRequests());
        Stage stage = new Stage(findings, protocol.observer(findings), props, self, replicas);
        stage.begin(protocol.create(self, 0, Optional.empty()), Event.RecoveredLog.empty());
        Puppets puppets = Puppets.around(self, protocol.template());
        Script script = new Script(
                stage, props, puppets, random.split(), life -> protocol.create(self, life, Optional.empty()));
        for (int step = 0; step < steps && !stage.isOver(); step++) {
            int ratherOwn = stage.installs() ? RATHER_OWN_WHILE_INSTALLING_PERCENT : RATHER_OWN_PERCENT;
            if (stage.hasOwnEvents() && random.nextInt(100) < ratherOwn) {
                stage.stepOwn(random.nextInt(4) == 0);
            } else {
                script.next();
            }
        }
    }

    /** Now and then another group, for sizes at which two thresholds differ; and room for few requests, so that it is filled. */
    private static SimulatedPbft varied(SimulatedPbft usual, SplittableRandom random) {
        PbftConfig config = usual.template();
        Quorums quorums = config.quorums();
        if (random.nextInt(100) < OTHER_SIZE_PERCENT) {
            int replicas = random.nextInt(LEAST_REPLICAS, MOST_REPLICAS + 1);
            quorums = Quorums.byzantine(replicas, random.nextInt(1, (replicas - 1) / 3 + 1));
        }
        boolean narrow = random.nextInt(100) < LITTLE_ROOM_PERCENT;
        PbftConfig varied = new PbftConfig(
                config.replica(),
                quorums,
                config.checkpointInterval(),
                config.logWindow(),
                config.pipelineDepth(),
                config.maxBatchRequests(),
                config.maxBatchBytes(),
                config.tickMillis(),
                config.requestTimeoutTicks(),
                config.viewChangeTimeoutTicks(),
                config.statusIntervalTicks(),
                config.maxClockSkewMillis(),
                narrow ? random.nextInt(6, 24) : config.maxPendingRequests(),
                narrow ? random.nextInt(4, 9) : config.maxPendingPerClient(),
                narrow ? random.nextInt(4, 12) : config.sessionPipeline(),
                config.memory(),
                config.transfer());
        return new SimulatedPbft(varied, usual.factory());
    }
}
