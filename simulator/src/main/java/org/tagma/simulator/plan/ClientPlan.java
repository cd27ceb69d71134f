package org.tagma.simulator.plan;

/**
 * What one client does.
 *
 * <p>Immutable.
 *
 * @param operations how many operations in all; with 0 it is not heard of
 * @param pipeline how many of them at a time, at least 1
 * @param thinkMillis the longest pause between a return and the next call
 * @param onlyReads whether it changes nothing; so it goes on where no change gets through
 */
public record ClientPlan(int operations, int pipeline, int thinkMillis, boolean onlyReads) {

    public ClientPlan {
        Plan.require(operations >= 0 && operations <= 1_000_000, "a client's operations must be 0 to 1000000");
        Plan.require(pipeline >= 1 && pipeline <= 32, "a client's pipeline must be 1 to 32");
        Plan.require(thinkMillis >= 0 && thinkMillis <= 100_000, "a client's pause must be 0 to 100000 ms");
    }

    ClientPlan thatOnlyReads(int pauseMillis) {
        return new ClientPlan(operations, 1, pauseMillis, true);
    }

    ClientPlan withOperations(int count) {
        return new ClientPlan(count, pipeline, thinkMillis, onlyReads);
    }
}
