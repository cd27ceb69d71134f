package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/** Requests without a signature in random groups; {@code -Dtagma.seeds=N} tries more of them. */
class RandomRequestAuthenticationTest {

    /** Honest clients, malicious ones whose MACs are good at random replicas, and f liars of every kind. */
    @ParameterizedTest
    @ValueSource(ints = {4, 7})
    void whateverClientsAndLiarsDoNothingForgedIsExecutedAndHonestClientsAreServed(int replicas) {
        CoreCluster.seeds(2).forEach(seed -> new RandomGroup(replicas, seed).run());
    }

    /** One group, one seed. */
    private static final class RandomGroup {
        private static final int TICKS = 1_500;

        private final CoreCluster cluster;
        private final MacClients clients;
        private final int replicas;
        private final int faults;
        private final Random random;

        RandomGroup(int replicas, long seed) {
            this.replicas = replicas;
            this.faults = (replicas - 1) / 3;
            this.random = new Random(seed);
            this.cluster = new CoreCluster(replicas, seed);
            this.clients = new MacClients(cluster);
            for (int liar = 0; liar < faults; liar++) {
                cluster.byzantine(random.nextInt(replicas), behaviour());
            }
        }

        private CoreCluster.Tamper behaviour() {
            return switch (random.nextInt(5)) {
                case 0 -> Byzantine.silent();
                case 1 -> Byzantine.delays(cluster, 4, (from, to, message) -> message instanceof Prepare);
                case 2 ->
                    Byzantine.proposes(
                            (to, batch) -> Batch.of(batch.timeMillis(), List.of(MacClients.unsigned(1, 1, "forged"))));
                case 3 -> Byzantine.drops((from, to, message) -> message instanceof Prepare && to % 2 == 0);
                default ->
                    (from, to, message) -> message instanceof Prepare own
                            ? List.of(own, new Unchecked(own.view(), own.sequence(), own.digest()))
                            : List.of(message);
            };
        }

        private int primary() {
            return (int) (cluster.correctNodes().findFirst().orElseThrow().view() % replicas);
        }

        void run() {
            int client = 100;
            for (int tick = 0; tick < TICKS; tick += 5) {
                int primary = primary();
                if (random.nextInt(3) == 0) {
                    Request hostile = MacClients.unsigned(client++, 1, "hostile " + tick, goodAt(primary));
                    clients.send(primary, hostile);
                }
                clients.sendHonestly(primary, MacClients.unsigned(client++, 1, "honest " + tick, all()));
                cluster.run(5);
                clients.answerAsks();
                if (tick % 20 == 0) {
                    clients.repeat();
                }
            }
            cluster.run(60);
            clients.repeat();
            cluster.run(60);
            cluster.assertEqualJournals();
            assertThat(cluster.correctNodes())
                    .noneMatch(node -> node.journal.has("forged"))
                    .allMatch(node -> node.journal.has("honest " + (TICKS - 5)));
            assertThat(cluster.correctNodes().findFirst().orElseThrow().view())
                    .isLessThanOrEqualTo((long) (faults + 1) * (TICKS / 1_200 + 1) + faults);
        }

        private Integer[] all() {
            return IntStream.range(0, replicas).boxed().toArray(Integer[]::new);
        }

        private Integer[] goodAt(int primary) {
            return IntStream.range(0, replicas)
                    .filter(replica -> replica == primary || random.nextInt(3) == 0)
                    .boxed()
                    .toArray(Integer[]::new);
        }
    }
}
