package org.tagma.simulator.workload;

import java.util.SplittableRandom;

/**
 * What a client does: so many operations on a few registers, so many of them at a time.
 *
 * @param operations in all, at least 0
 * @param pipeline calls without a return at a time, at least 1
 * @param registers over how many the operations are spread, at least 1
 * @param thinkMicros the longest pause between a return and the next call
 * @param onlyReads whether it changes nothing
 * @param retry what a retry of its writes means
 * @param processes how many processes make its calls, which have one key and know nothing of each other; at least 1
 */
public record Workload(
        int operations, int pipeline, int registers, long thinkMicros, boolean onlyReads, Retry retry, int processes) {

    /** Of a client that reads and writes. */
    public Workload(int operations, int pipeline, int registers, long thinkMicros) {
        this(operations, pipeline, registers, thinkMicros, false, Retry.EXACTLY_ONCE, 1);
    }

    /** Half of what is put is put again and again: so a register comes back to a value that it had. */
    private static String put(int index, String mark) {
        return index % 2 == 0 ? mark : "v" + index / 2 % 2;
    }

    /**
     * The next operation; its client and index are unlike those of every other of the run, and its value need not be.
     */
    public RegisterOperation draw(int client, int index, SplittableRandom random) {
        String key = "r" + random.nextInt(registers);
        String mark = client + "." + index;
        return switch (onlyReads ? 0 : random.nextInt(8)) {
            case 0, 1, 2 -> new RegisterOperation(client, index, RegisterOperation.Kind.GET, key, "", "");
            case 3, 4 -> new RegisterOperation(client, index, RegisterOperation.Kind.PUT, key, put(index, mark), "");
            case 5 -> new RegisterOperation(client, index, RegisterOperation.Kind.CAS, key, mark, "0." + index / 2);
            default -> new RegisterOperation(client, index, RegisterOperation.Kind.APPEND, key, ";" + mark, "");
        };
    }
}
