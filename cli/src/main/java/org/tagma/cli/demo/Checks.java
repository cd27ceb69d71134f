package org.tagma.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.admin.ReplicaStatus.StateDigest;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.examples.kv.KeyValueStore;
import org.tagma.protocol.StatusColumn;

/** What must hold once the load has stopped, whatever one replica did meanwhile. */
final class Checks {
    private static final long AGREE_TIMEOUT_SECONDS = 40;
    private static final long ANSWER_MILLIS = 5_000;
    private static final long PAUSE_MILLIS = 200;
    private static final int SHOWN_PROBLEMS = 3;

    private final Verdict verdict;

    Checks(Verdict verdict) {
        this.verdict = verdict;
    }

    /**
     * All correct replicas come to have executed the same, and have the same state.
     *
     * @param allOfThem whether there are no others
     */
    void sameState(ReplicaInspector inspector, List<Integer> correct, boolean allOfThem) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(AGREE_TIMEOUT_SECONDS);
        List<StateDigest> digests = ReplicaStatus.digests(inspector, correct, ANSWER_MILLIS);
        while (!areAtOnePoint(digests, correct.size()) && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
            digests = ReplicaStatus.digests(inspector, correct, ANSWER_MILLIS);
        }
        if (!areAtOnePoint(digests, correct.size())) {
            verdict.fail("the correct replicas did not come to the same point within " + AGREE_TIMEOUT_SECONDS + " s: "
                    + describe(digests));
            return;
        }
        boolean equal = digests.stream().map(StateDigest::digest).distinct().count() == 1;
        String digest = digests.get(0).digest();
        verdict.check(
                equal,
                String.format(
                        Locale.ROOT,
                        "the %d %sreplicas hold the same state: digest %s after %,d batches",
                        correct.size(),
                        allOfThem ? "" : "correct ",
                        StatusColumn.beginning(digest),
                        digests.get(0).lastExecuted()),
                "correct replicas hold DIFFERENT states: " + describe(digests));
    }

    private static boolean areAtOnePoint(List<StateDigest> digests, int replicas) {
        return digests.size() == replicas
                && digests.stream().map(StateDigest::lastExecuted).distinct().count() == 1;
    }

    private static String describe(List<StateDigest> digests) {
        return digests.stream()
                .map(digest -> "replica " + digest.replica() + " at " + digest.lastExecuted() + " "
                        + StatusColumn.beginning(digest.digest()))
                .collect(Collectors.joining(", "));
    }

    /** What had been acknowledged before a read was in it, whichever replica answered. */
    void noStaleRead(List<Ledger> ledgers) {
        List<String> problems =
                ledgers.stream().flatMap(ledger -> ledger.wrongReads().stream()).toList();
        long reads = ledgers.stream().mapToLong(Ledger::reads).sum();
        verdict.check(
                problems.isEmpty(),
                String.format(
                        Locale.ROOT, "no read was stale: %,d reads, each saw what was acknowledged before it", reads),
                problems.size() + " wrong reads: "
                        + problems.stream().limit(SHOWN_PROBLEMS).collect(Collectors.joining("; ")));
    }

    /** What clients were told has happened is in the state, once. Read as any client would, from a quorum. */
    void nothingLost(KeyValueClient store, List<Ledger> ledgers) {
        List<String> problems = new ArrayList<>();
        long increments = 0;
        long puts = 0;
        for (Ledger ledger : ledgers) {
            increments += ledger.acknowledgedIncrements();
            puts += ledger.acknowledgedPuts();
            try {
                Optional<String> counter = store.get(ledger.counter()).join();
                Map<String, String> entries =
                        store.scan(ledger.prefix(), KeyValueStore.MAX_SCAN_ENTRIES).join().entries().stream()
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
                problems.addAll(ledger.check(counter, entries));
            } catch (CompletionException e) {
                problems.add("the state of " + ledger.counter() + " cannot be read: "
                        + e.getCause().getMessage());
            }
        }
        verdict.check(
                problems.isEmpty(),
                String.format(
                        Locale.ROOT,
                        "every acknowledged operation is in the state, once: %,d increments and %,d puts",
                        increments,
                        puts),
                problems.size() + " problems with acknowledged operations: "
                        + problems.stream().limit(SHOWN_PROBLEMS).collect(Collectors.joining("; ")));
    }
}
