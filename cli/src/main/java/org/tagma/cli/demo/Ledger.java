package org.tagma.cli.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one client asked for and what it was told, to be held against the state in the end. It increments one counter,
 * which it also reads, and puts rising numbers under some keys, all its own.
 *
 * <p>Thread-safe.
 */
final class Ledger {
    private static final int KEYS = 50;

    private final int client;
    private final long[] lastPutIssued = new long[KEYS];
    private final long[] lastPutAcknowledged = new long[KEYS];

    /** Puts whose outcome is unknown; they may take effect after later ones. */
    private final List<Set<Long>> unknownPuts = new ArrayList<>();

    private long incrementsIssued;
    private long incrementsAcknowledged;
    private long putsIssued;
    private long putsAcknowledged;
    private long failures;
    private long reads;
    private final List<String> wrongReads = new ArrayList<>();

    /** A put to be made. */
    record Put(int slot, String key, long number) {}

    Ledger(int client) {
        this.client = client;
        for (int slot = 0; slot < KEYS; slot++) {
            unknownPuts.add(new HashSet<>());
        }
    }

    String counter() {
        return "counter-" + client;
    }

    String prefix() {
        return "client-" + client + "/";
    }

    private String key(int slot) {
        return prefix() + slot;
    }

    synchronized void issueIncrement() {
        incrementsIssued++;
    }

    synchronized void incrementAcknowledged() {
        incrementsAcknowledged++;
    }

    synchronized void incrementFailed() {
        failures++;
    }

    /**
     * The counter was read.
     *
     * @param atLeast how many increments had been acknowledged when the read was asked for
     */
    synchronized void read(Optional<String> value, long atLeast) {
        reads++;
        long found = number(value.orElse("0"));
        if (found < atLeast || found > incrementsIssued) {
            wrongReads.add(counter() + " was read as " + value.orElse("not there") + " after " + atLeast + " of "
                    + incrementsIssued + " increments were acknowledged");
        }
    }

    synchronized void readFailed() {
        failures++;
    }

    synchronized long reads() {
        return reads;
    }

    /** Reads that missed what had been acknowledged before, or saw what nobody asked for. */
    synchronized List<String> wrongReads() {
        return List.copyOf(wrongReads);
    }

    synchronized Put issuePut() {
        putsIssued++;
        int slot = (int) (putsIssued % KEYS);
        lastPutIssued[slot] = putsIssued;
        return new Put(slot, key(slot), putsIssued);
    }

    synchronized void acknowledged(Put put) {
        putsAcknowledged++;
        lastPutAcknowledged[put.slot()] = Math.max(lastPutAcknowledged[put.slot()], put.number());
    }

    synchronized void failed(Put put) {
        failures++;
        unknownPuts.get(put.slot()).add(put.number());
    }

    synchronized long acknowledgedIncrements() {
        return incrementsAcknowledged;
    }

    synchronized long acknowledgedPuts() {
        return putsAcknowledged;
    }

    synchronized long failures() {
        return failures;
    }

    /**
     * Holds this against what is in the state. Call it when nothing is under way any more.
     *
     * @param counterValue under {@link #counter()}
     * @param entries those that begin with {@link #prefix()}
     * @return what is wrong; empty if nothing is
     */
    synchronized List<String> check(Optional<String> counterValue, Map<String, String> entries) {
        List<String> problems = new ArrayList<>();
        long counted = number(counterValue.orElse("0"));
        if (counted < incrementsAcknowledged) {
            problems.add(counter() + " is " + counted + ", but " + incrementsAcknowledged
                    + " increments were acknowledged: some are lost");
        }
        if (counted > incrementsIssued) {
            problems.add(counter() + " is " + counted + ", but only " + incrementsIssued
                    + " increments were asked for: some were executed twice");
        }
        for (int slot = 0; slot < KEYS; slot++) {
            checkPut(slot, Optional.ofNullable(entries.get(key(slot))), problems);
        }
        return problems;
    }

    private void checkPut(int slot, Optional<String> value, List<String> problems) {
        long found = number(value.orElse("0"));
        boolean inOrder = found >= lastPutAcknowledged[slot] && found <= lastPutIssued[slot];
        if (!inOrder && !unknownPuts.get(slot).contains(found)) {
            problems.add(key(slot) + " is " + value.orElse("not there") + ", but the put of "
                    + lastPutAcknowledged[slot] + " was acknowledged");
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
