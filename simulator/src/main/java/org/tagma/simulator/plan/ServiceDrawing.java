package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.tagma.core.service.ServiceLimits;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.plan.Incident.Kind;
import org.tagma.simulator.workload.Retry;
import org.tagma.simulator.workload.ServiceSetting;

/**
 * Draws, for some seeds, what clients may do otherwise than most: they have writes executed at most or at least once,
 * give calls up, and share a key, so that sessions expire and are dropped; and they lose connections. And bounds of the
 * session table that this comes up against, and ways of being malicious that have to do with it.
 *
 * <p>It has random numbers of its own: the rest of a plan is the same with and without it.
 */
final class ServiceDrawing {

    private static final int PERCENT_OF_SEEDS = 25;
    private static final int PERCENT_WITH_ANOTHER_WAY = 15;
    private static final int PERCENT_WITH_LOST_CONNECTIONS = 25;
    private static final int LEAST_PATIENCE_MILLIS = 100;
    private static final int SHORT_PATIENCE_MILLIS = 600;
    private static final int MOST_PATIENCE_MILLIS = 4_000;

    private static final int SMALL_BATCH = 2;
    private static final int MOST_DELAY_MILLIS = 15;
    private static final int MOST_LOSS_PERMILLE = 20;

    private static final int PERCENT_WITH_SMALL_BUDGETS = 12;
    private static final int PERCENT_WITH_IDLE_SESSIONS = 12;

    /** What a session counts for, and a short reply, roughly. */
    private static final int SESSION_BYTES = 512;

    private static final int REPLY_BYTES = 300;
    private static final int MOST_REPLIES = 12;
    private static final int LEAST_IDLE_MILLIS = 150;

    private final Plan plan;
    private final SplittableRandom random;

    /** For what was added later, so that the rest stays as it was. */
    private final SplittableRandom later;

    ServiceDrawing(Plan plan, long seed) {
        this.plan = plan;
        this.random = new SplittableRandom(seed ^ 0x7365727669636573L);
        this.later = new SplittableRandom(seed ^ 0x6275646765747321L);
    }

    Plan plan() {
        PlanDraft draft = new PlanDraft(plan);
        draft.slowDisks = plan.protocol().changesMembers() && chance(40);
        if (chance(PERCENT_WITH_ANOTHER_WAY) && !plan.malicious().isEmpty()) {
            withAnotherWay(draft.malicious);
        }
        if (chance(PERCENT_OF_SEEDS)) {
            ServiceLimits limits =
                    chance(70) ? new ServiceLimits(random.nextInt(1, 4), 1 << random.nextInt(4)) : usualLimits();
            int deadline = chance(35)
                    ? random.nextInt(
                            LEAST_PATIENCE_MILLIS, random.nextBoolean() ? SHORT_PATIENCE_MILLIS : MOST_PATIENCE_MILLIS)
                    : 0;
            draft.service = new ServiceSetting(limits, deadline);
            draft.clients = clients(limits);
        }
        draft.service = withBudgets(draft.service);
        if (plan.model().network() != Network.RELIABLE && chance(PERCENT_WITH_LOST_CONNECTIONS)) {
            draft.incidents = withLostConnections();
        }
        return draft.plan();
    }

    /** Now and then replies make room for others, and sessions end because nothing was executed in them for long. */
    private ServiceSetting withBudgets(ServiceSetting setting) {
        ServiceLimits limits = setting.limits();
        int sessions = limits.maxSessionsPerClient();
        int pipeline = limits.sessionPipeline();
        long perClient = limits.replyBytesPerClient();
        long all = limits.replyBytes();
        long idle = limits.sessionIdleMillis();
        if (later.nextInt(100) < PERCENT_WITH_SMALL_BUDGETS) {
            // As many sessions as there may be always fit: which one ends for want of bytes, the model does not know.
            perClient = (long) sessions * SESSION_BYTES + (long) later.nextInt(MOST_REPLIES) * REPLY_BYTES;
            int clients = plan.clients().size() + plan.faultyClients();
            long together =
                    (long) clients * sessions * SESSION_BYTES + (long) later.nextInt(MOST_REPLIES) * REPLY_BYTES;
            all = Math.max(perClient, together);
        }
        if (later.nextInt(100) < PERCENT_WITH_IDLE_SESSIONS) {
            idle = later.nextInt(LEAST_IDLE_MILLIS, MOST_PATIENCE_MILLIS);
        }
        return new ServiceSetting(
                new ServiceLimits(sessions, pipeline, perClient, all, idle), setting.deadlineMillis());
    }

    private void withAnotherWay(SortedMap<Integer, List<String>> malicious) {
        List<String> ways = new ArrayList<>(malicious.get(malicious.firstKey()));
        ways.add(plan.simulatedProtocol().behaviours().drawnBesides(random));
        malicious.put(malicious.firstKey(), ways);
    }

    private static ServiceLimits usualLimits() {
        return ServiceSetting.USUAL.limits();
    }

    private List<ClientPlan> clients(ServiceLimits limits) {
        List<ClientPlan> clients = new ArrayList<>();
        for (ClientPlan each : plan.clients()) {
            ClientPlan client = each;
            if (chance(60)) {
                Retry retry = Retry.values()[random.nextInt(1, Retry.values().length)];
                // Each retry of what may be executed more than once is one more request to be carried.
                client = retry.mayRepeat() && !canCarryMany() ? client : client.retrying(retry);
            }
            if (chance(35)) {
                client = client.inProcesses(random.nextInt(2, 5));
            }
            if (chance(40) && canCarryMany()) {
                // As many under way as replies are kept, and more.
                client = client.withPipeline(Math.min(8, limits.sessionPipeline()) + random.nextInt(2));
            }
            clients.add(client);
        }
        return clients;
    }

    /**
     * Those of some clients with some replicas at some time, and of all with one that stops, at once, as when it is
     * killed.
     */
    private List<Incident> withLostConnections() {
        List<Incident> incidents = new ArrayList<>(plan.incidents());
        for (Incident each : plan.incidents()) {
            if (each.kind() == Kind.DOWN && chance(50)) {
                incidents.add(new Incident(
                        Kind.DISCONNECT, each.replicas(), each.isAfterOperations(), each.when(), each.millis(), 0));
            }
        }
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            int whose = chance(40) ? 0 : 1 + random.nextInt(plan.clients().size());
            long millis = random.nextInt(1, chance(60) ? SHORT_PATIENCE_MILLIS : MOST_PATIENCE_MILLIS);
            incidents.add(new Incident(
                    Kind.DISCONNECT, someReplicas(), true, random.nextInt(plan.operations()), millis, whose));
        }
        return incidents;
    }

    /** One mostly, now and then several, or all. */
    private List<Integer> someReplicas() {
        TreeSet<Integer> some = new TreeSet<>();
        for (int i = chance(70) ? 1 : random.nextInt(1, 2 * plan.replicas()); i > 0; i--) {
            some.add(random.nextInt(plan.replicas()));
        }
        return List.copyOf(some);
    }

    /**
     * Where batches of a request or two go over a network that is slow or loses much, many calls at a time are a load
     * that no group can carry. So are retries that ask for something new each time: they come faster than they are
     * ordered.
     */
    private boolean canCarryMany() {
        return plan.tuning().maxBatchRequests() > SMALL_BATCH
                || (plan.wire().maxDelayMillis() <= MOST_DELAY_MILLIS
                        && plan.wire().drop() <= MOST_LOSS_PERMILLE);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
