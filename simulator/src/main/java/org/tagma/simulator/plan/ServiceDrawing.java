package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.cluster.ProtocolKind;
import org.tagma.simulator.Retry;
import org.tagma.simulator.ServiceSetting;
import org.tagma.simulator.byzantine.BehaviourNames;

/**
 * Draws, for some seeds, what clients may do otherwise than most: they have writes executed at most or at least once, give calls
 * up, and share a key, so that sessions expire and are dropped. And bounds of the session table that this comes up against, and
 * ways of being malicious that have to do with it.
 *
 * <p>It has random numbers of its own: the rest of a plan is the same with and without it.
 */
final class ServiceDrawing {

    private static final int PERCENT_OF_SEEDS = 25;
    private static final int PERCENT_WITH_ANOTHER_WAY = 15;
    private static final int LEAST_PATIENCE_MILLIS = 100;
    private static final int SHORT_PATIENCE_MILLIS = 600;
    private static final int MOST_PATIENCE_MILLIS = 4_000;

    private static final int SMALL_BATCH = 2;
    private static final int MOST_DELAY_MILLIS = 15;
    private static final int MOST_LOSS_PERMILLE = 20;

    private final Plan plan;
    private final SplittableRandom random;

    ServiceDrawing(Plan plan, long seed) {
        this.plan = plan;
        this.random = new SplittableRandom(seed ^ 0x7365727669636573L);
    }

    Plan plan() {
        PlanEdit edit = plan.edit();
        if (plan.protocol() == ProtocolKind.RAFT && chance(40)) {
            edit.slowDisks(true);
        }
        if (chance(PERCENT_WITH_ANOTHER_WAY) && !plan.malicious().isEmpty()) {
            edit.malicious(withAnotherWay());
        }
        if (chance(PERCENT_OF_SEEDS)) {
            ServiceLimits limits =
                    chance(70) ? new ServiceLimits(random.nextInt(1, 4), 1 << random.nextInt(4)) : usualLimits();
            int patience = chance(35)
                    ? random.nextInt(
                            LEAST_PATIENCE_MILLIS, random.nextBoolean() ? SHORT_PATIENCE_MILLIS : MOST_PATIENCE_MILLIS)
                    : 0;
            edit.service(new ServiceSetting(limits, patience)).clients(clients(limits));
        }
        return edit.plan();
    }

    private SortedMap<Integer, List<String>> withAnotherWay() {
        TreeMap<Integer, List<String>> malicious = new TreeMap<>(plan.malicious());
        int first = malicious.firstKey();
        List<String> ways = new ArrayList<>(malicious.get(first));
        ways.add(BehaviourNames.drawnApart(random));
        malicious.put(first, ways);
        return malicious;
    }

    private static ServiceLimits usualLimits() {
        return ServiceSetting.USUAL.limits();
    }

    private List<ClientPlan> clients(ServiceLimits limits) {
        List<ClientPlan> clients = new ArrayList<>();
        for (ClientPlan each : plan.clients()) {
            ClientPlan client = each;
            if (chance(60)) {
                client = client.retrying(Retry.values()[random.nextInt(1, Retry.values().length)]);
            }
            if (chance(35)) {
                client = client.inProcesses(random.nextInt(2, 5));
            }
            if (chance(40) && canCarryMany()) {
                // As many under way as replies are kept, and more.
                client = client.withPipeline(Math.min(8, limits.sessionPipeline()) + random.nextInt(2));
            }
            clients.add(client.retry().mayRepeat() && !canCarryRepetitions() ? client.withPipeline(1) : client);
        }
        return clients;
    }

    /** Where batches of a request or two go over a slow network, many calls at a time are a load that no group can carry. */
    private boolean canCarryMany() {
        return plan.tuning().maxBatchRequests() > SMALL_BATCH || plan.wire().maxDelayMillis() <= MOST_DELAY_MILLIS;
    }

    /** Whoever writes at least once asks for something new with every retry; where most of such batches have to be sent again, retries come faster than they are ordered, if many calls wait. */
    private boolean canCarryRepetitions() {
        return plan.tuning().maxBatchRequests() > SMALL_BATCH || plan.wire().drop() <= MOST_LOSS_PERMILLE;
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
