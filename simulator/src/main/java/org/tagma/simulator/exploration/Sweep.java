package org.tagma.simulator.exploration;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.tagma.simulator.plan.Plan;

/**
 * Runs the plans of one seed after the other until there were enough, the time is over, or a promise is broken.
 *
 * <p>One use; {@link #run} may use threads, everything else belongs to the thread that made it.
 */
public final class Sweep {

    /** Ten thousand years of them: no limit, for a sweep that has a budget of time. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final LongFunction<Plan> plans;
    private final long firstSeed;
    private final long seeds;
    private final long budgetMillis;
    private final Tally tally = new Tally();
    private Consumer<Tally> listener = ignored -> {};
    private long beganNanos;
    private long nextSeed;
    private boolean over;
    private Error fatal;

    /**
     * A sweep.
     *
     * @param plans gives the plan of a seed; called by several threads
     * @param seeds how many
     * @param budgetMillis how long, or {@link #UNLIMITED}; a run that has begun is finished
     */
    public Sweep(LongFunction<Plan> plans, long firstSeed, long seeds, long budgetMillis) {
        this.plans = plans;
        this.firstSeed = firstSeed;
        this.seeds = seeds;
        this.budgetMillis = budgetMillis;
    }

    /** Calls this after every run, with what there is so far; one call at a time. */
    public Sweep listener(Consumer<Tally> toCall) {
        listener = toCall;
        return this;
    }

    /** Runs on so many threads, at least 1. Which seeds fail does not depend on it. */
    public Tally run(int threads) throws InterruptedException {
        beganNanos = System.nanoTime();
        nextSeed = firstSeed;
        List<Thread> workers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            Thread worker = new Thread(this::work, "sweep-" + i);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
        work();
        for (Thread worker : workers) {
            worker.join();
        }
        if (fatal != null) {
            throw fatal;
        }
        return tally;
    }

    private void work() {
        try {
            for (Long seed = take(); seed != null; seed = take()) {
                long before = THREADS.getCurrentThreadCpuTime();
                Outcome outcome = Outcome.of(plans.apply(seed));
                finished(outcome, THREADS.getCurrentThreadCpuTime() - before);
            }
        } catch (Error e) {
            fail(e);
        }
    }

    private synchronized void fail(Error e) {
        over = true;
        fatal = e;
    }

    private synchronized Long take() {
        boolean late = budgetMillis != UNLIMITED && System.nanoTime() - beganNanos >= budgetMillis * 1_000_000;
        boolean done = nextSeed - firstSeed >= seeds;
        // The first run is always made: a budget that is over before it would say nothing.
        return over || done || (late && nextSeed > firstSeed) ? null : nextSeed++;
    }

    private synchronized void finished(Outcome outcome, long cpuNanos) {
        tally.add(outcome, cpuNanos);
        over |= outcome.isFailure() || outcome.isFound();
        listener.accept(tally);
    }
}
