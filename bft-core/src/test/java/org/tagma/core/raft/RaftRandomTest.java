package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.message.Configuration;

/**
 * Random schedules: loss, duplication, reordering, partitions, crashes between any two actions, restarts. The paper's
 * properties are checked after every event; at the end, with the faults over, everything must be executed.
 */
class RaftRandomTest {

    /** Hundreds of schedules in one test; {@code -Dtagma.blocks} for more. */
    private static final int SEEDS_PER_BLOCK = 25;

    @ParameterizedTest
    @MethodSource("blocks")
    void threeReplicasUnderRandomFaults(long block) {
        forEachSeed(block, seed -> new Schedule(new RaftCluster(3, seed), seed, false).play());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void fiveReplicasUnderRandomFaults(long block) {
        forEachSeed(block, seed -> new Schedule(new RaftCluster(5, seed), seed, false).play());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void threeReplicasOfWhichOneAtATimeForgetsItsLog(long block) {
        forEachSeed(block, seed -> new Schedule(new RaftCluster(3, seed), seed, true).play());
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void theGroupChangesUnderRandomFaults(long block) {
        forEachSeed(block, seed -> {
            RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), seed, config -> config);
            Schedule schedule = new Schedule(cluster, seed, false);
            schedule.changesMembership = true;
            schedule.play();
        });
    }

    /**
     * Known bug 44: one at a time loses its disk, or gets an old state back, while the group changes; all are up in
     * the end.
     */
    @ParameterizedTest
    @MethodSource("blocks")
    void oneAtATimeLosesItsDiskWhileTheGroupChanges(long block) {
        forEachSeed(block, seed -> {
            RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), seed, config -> config);
            Schedule schedule = new Schedule(cluster, seed, false);
            schedule.changesMembership = true;
            schedule.wipesAtOnce = 1;
            schedule.play();
        });
    }

    /**
     * However many lose their disks, at whatever moment: the group may stand still, and nobody contradicts what was
     * committed.
     */
    @ParameterizedTest
    @MethodSource("blocks")
    void anyNumberLoseTheirDisksWhileTheGroupChanges(long block) {
        forEachSeed(block, seed -> {
            RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), seed, config -> config);
            Schedule schedule = new Schedule(cluster, seed, false);
            schedule.changesMembership = seed % 2 == 0;
            schedule.wipesAtOnce = 5;
            schedule.play();
        });
    }

    private interface Run {
        void on(long seed);
    }

    private static void forEachSeed(long block, Run run) {
        for (long seed = block * SEEDS_PER_BLOCK; seed < (block + 1) * SEEDS_PER_BLOCK; seed++) {
            try {
                run.on(seed);
            } catch (AssertionError | RuntimeException failure) {
                throw new AssertionError("seed " + seed, failure);
            }
        }
    }

    static LongStream blocks() {
        return LongStream.range(0, Long.getLong("tagma.blocks", 6));
    }

    /** One random run. */
    private static final class Schedule {
        private static final int STEPS = 120;

        private final RaftCluster cluster;
        private final boolean forgetful;
        private final List<Request> submitted = new ArrayList<>();
        boolean changesMembership;
        /** So many may have lost their disks and not be recovered at any time. */
        int wipesAtOnce;

        Schedule(RaftCluster cluster, long seed, boolean forgetful) {
            this.cluster = cluster;
            this.forgetful = forgetful;
            cluster.persistsFirst = seed % 2 == 0;
            cluster.dropProbability = seed % 3 * 0.05;
            cluster.duplicateProbability = seed % 5 * 0.03;
        }

        void play() {
            for (int step = 0; step < STEPS; step++) {
                disturb();
                int deliveries = cluster.random.nextInt(60);
                for (int i = 0; i < deliveries && cluster.deliverOne(); i++) {
                    assertThat(cluster.network).as("bounded traffic").hasSizeLessThan(20_000);
                }
                tickSome();
            }
            settle();
        }

        /** Clocks do not go alike. */
        private void tickSome() {
            cluster.timeMillis += 50;
            for (RaftNode node : cluster.nodes) {
                if (cluster.random.nextInt(4) > 0) {
                    cluster.tick(node.id);
                }
            }
        }

        private void disturb() {
            int replica = cluster.random.nextInt(cluster.nodes.size());
            switch (cluster.random.nextInt(wipesAtOnce > 0 ? 16 : 14)) {
                case 0, 1, 2, 3 -> submit(replica);
                case 4 -> crash(replica);
                case 5, 6 -> restartOne();
                case 7 -> cluster.isolate(replica);
                case 8 -> oneWayCut(replica);
                case 9 -> cluster.heal();
                case 10 -> readAt(replica);
                case 11 -> cluster.node(replica).executionStalls = !cluster.node(replica).executionStalls;
                case 12 -> transfer(replica);
                case 14, 15 -> wipe(replica);
                default -> changeMembership();
            }
        }

        private void submit(int replica) {
            if (!cluster.node(replica).down) {
                submitted.add(cluster.submitTo(replica, "op" + submitted.size()));
            }
        }

        private void oneWayCut(int replica) {
            int other = cluster.random.nextInt(cluster.nodes.size());
            cluster.connected = (from, to) -> from != replica || to != other;
        }

        private void crash(int replica) {
            // One replica may be without memory at a time: more are more than n >= 2f+1 allows.
            boolean tooMany = forgetful && cluster.nodes.stream().anyMatch(node -> node.down || isRecovering(node));
            if (!tooMany && !cluster.node(replica).down) {
                cluster.node(replica).crashAfterActions = cluster.random.nextInt(6);
                if (forgetful) {
                    cluster.crash(replica);
                }
            }
        }

        private void wipe(int replica) {
            long forgetful = cluster.nodes.stream()
                    .filter(node -> node.id != replica && node.log.isLost())
                    .count();
            if (forgetful < wipesAtOnce) {
                long nonce = cluster.random.nextLong();
                if (cluster.random.nextInt(3) == 0) {
                    cluster.restartFromBackup(replica, nonce);
                } else {
                    cluster.restartWiped(replica, nonce);
                }
            }
        }

        private static boolean isRecovering(RaftNode node) {
            return node.status().recovering();
        }

        private void restartOne() {
            cluster.nodes.stream().filter(node -> node.down).findFirst().ifPresent(node -> {
                if (forgetful) {
                    cluster.restartWithAmnesia(node.id);
                } else {
                    cluster.restart(node.id);
                }
            });
        }

        private void readAt(int replica) {
            if (!cluster.node(replica).down) {
                cluster.read(replica);
            }
        }

        private void transfer(int to) {
            cluster.leader().ifPresent(leader -> leader.step(new Event.LeadershipTransferRequested(1, to)));
        }

        private void changeMembership() {
            if (!changesMembership) {
                return;
            }
            List<Integer> voters = IntStream.range(0, cluster.nodes.size())
                    .filter(id -> cluster.random.nextInt(3) > 0)
                    .boxed()
                    .toList();
            List<Integer> learners = IntStream.range(0, cluster.nodes.size())
                    .filter(id -> !voters.contains(id) && cluster.random.nextBoolean())
                    .boxed()
                    .toList();
            if (wipesAtOnce == 0 || voters.size() >= 3) {
                cluster.leader().ifPresent(leader -> leader.step(new Event.MembershipRequested(2, voters, learners)));
            }
        }

        /** The faults are over: everything that was submitted is executed by everybody who belongs to the group. */
        private void settle() {
            cluster.dropProbability = 0;
            cluster.duplicateProbability = 0;
            cluster.heal();
            for (RaftNode node : cluster.nodes) {
                node.executionStalls = false;
                node.crashAfterActions = -1;
                if (node.down) {
                    restartOne();
                }
            }
            for (int attempt = 0; attempt < 40 && !isDone(); attempt++) {
                cluster.run(10);
                cluster.leader()
                        .ifPresent(leader -> submitted.forEach(request -> {
                            if (!leader.operations().contains(request.operation())) {
                                cluster.give(leader.id, request);
                            }
                        }));
            }
            cluster.run(30);
            if (wipesAtOnce > 1) {
                return;
            }
            assertThat(isDone())
                    .as(
                            "%s of %s: %s",
                            cluster.leader().map(leader -> leader.operations().size()), submitted.size(), cluster.nodes)
                    .isTrue();
            cluster.assertEqualJournals();
        }

        private boolean isDone() {
            return cluster.leader().isPresent()
                    && cluster.leader().get().status().configuration().members().stream()
                            .allMatch(id -> cluster.node(id).operations().size() == submitted.size());
        }
    }
}
