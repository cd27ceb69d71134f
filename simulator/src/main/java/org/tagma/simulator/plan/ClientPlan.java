package org.tagma.simulator.plan;

import org.tagma.simulator.workload.Retry;

/**
 * What one client does.
 *
 * <p>Immutable.
 *
 * @param operations how many operations in all; with 0 it is not heard of
 * @param pipeline how many of them at a time, at least 1
 * @param thinkMillis the longest pause between a return and the next call
 * @param onlyReads whether it changes nothing; so it goes on where no change gets through
 * @param retry what a retry of its writes means
 * @param processes how many processes make its calls, which have one key and know nothing of each other; 1 to 9
 */
public record ClientPlan(int operations, int pipeline, int thinkMillis, boolean onlyReads, Retry retry, int processes) {

    /** One process, whose operations are executed exactly once. */
    ClientPlan(int operations, int pipeline, int thinkMillis) {
        this(operations, pipeline, thinkMillis, false, Retry.EXACTLY_ONCE, 1);
    }

    public ClientPlan {
        Plan.require(operations >= 0 && operations <= 1_000_000, "a client's operations must be 0 to 1000000");
        Plan.require(pipeline >= 1 && pipeline <= 32, "a client's pipeline must be 1 to 32");
        Plan.require(processes >= 1 && processes <= 9, "a client's processes must be 1 to 9");
        Plan.require(thinkMillis >= 0 && thinkMillis <= 100_000, "a client's pause must be 0 to 100000 ms");
    }

    ClientPlan thatOnlyReads(int pauseMillis) {
        return new ClientPlan(operations, 1, pauseMillis, true, retry, processes);
    }

    ClientPlan pausing(int pauseMillis) {
        return new ClientPlan(operations, pipeline, pauseMillis, onlyReads, retry, processes);
    }

    ClientPlan retrying(Retry semantics) {
        return new ClientPlan(operations, pipeline, thinkMillis, onlyReads, semantics, processes);
    }

    ClientPlan inProcesses(int count) {
        return new ClientPlan(operations, pipeline, thinkMillis, onlyReads, retry, count);
    }

    ClientPlan withPipeline(int depth) {
        return new ClientPlan(operations, depth, thinkMillis, onlyReads, retry, processes);
    }

    ClientPlan withOperations(int count) {
        return new ClientPlan(count, pipeline, thinkMillis, onlyReads, retry, processes);
    }
}
