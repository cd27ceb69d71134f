package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/**
 * Mistakes of the engine and the log on disk, in what must be durable before it is said. Their killers are tests of the
 * replica, as {@code SimpleClass#method} or {@code storage.SimpleClass#method} of {@code org.tagma.replica}. Both
 * protocols would suffer from each.
 */
public final class StorageMutants {

    private static final String ENGINE = "ReplicaEngineTest#";
    private static final String LOG = "storage.RocksLogStoreTest#";
    private static final String STOPS = ENGINE + "aFailingBarrierStopsTheReplicaAndNothingLeaves";
    private static final String ONE_BARRIER =
            ENGINE + "nothingLeavesBeforeTheBarrierAndThereIsOneBarrierAndOneFlushATurn";
    private static final String EVERY_OTHER_FAILS = LOG + "afterAFailedBarrierEveryOtherFails";

    /** All of them; no two have the same id. */
    public static final List<Mutant> ALL = List.of(
            of(
                    "a replica says that its log failed, and goes on",
                    "34",
                    "replica/engine/ReplicaEngine",
                    "stop(\"the log cannot be written: \" + e.getMessage(), e);",
                    "undone.clear(); ports.listener().stopped(\"the log cannot be written: \" + e.getMessage(), e);",
                    STOPS),
            of(
                    "a failed barrier is tried again",
                    "34",
                    "replica/engine/ReplicaEngine",
                    "ports.log().barrier(); logDirty = false;",
                    "try { ports.log().barrier(); } catch (IOException e) { ports.log().barrier(); } logDirty = false;",
                    STOPS),
            of(
                    "a failed barrier is passed over",
                    "34",
                    "replica/engine/ReplicaEngine",
                    "ports.log().barrier(); logDirty = false;",
                    "try { ports.log().barrier(); } catch (IOException e) {"
                            + " ports.listener().announced(e.getMessage()); } logDirty = false;",
                    STOPS),
            of(
                    "a log that failed takes the next barrier",
                    "34",
                    "replica/storage/log/RocksLogStore",
                    "if (failed) { throw new IOException(\"an earlier write failed\"); }",
                    "",
                    EVERY_OTHER_FAILS),
            of(
                    "a log does not note that it failed",
                    "34",
                    "replica/storage/log/RocksLogStore",
                    "failed = true; try { batch.put(LogSummary.KEY",
                    "try { batch.put(LogSummary.KEY",
                    EVERY_OTHER_FAILS),
            of(
                    "a log is marked as acknowledged before it is written",
                    "34",
                    "replica/storage/log/RocksLogStore",
                    "boolean waits = syncNow || sync.atEachBarrier();",
                    "boolean waits = syncNow || sync.atEachBarrier(); mark.set(summary.appended());",
                    EVERY_OTHER_FAILS),
            of(
                    "a log that failed is closed as if it were whole",
                    "34",
                    "replica/storage/log/RocksLogStore",
                    "sync.stop(!failed);",
                    "sync.stop(true);",
                    EVERY_OTHER_FAILS),
            of(
                    "messages leave before the records they follow from",
                    "22, 27",
                    "replica/engine/ReplicaEngine",
                    "if (logDirty) { ports.log().barrier(); logDirty = false; ports.listener().persisted(); }"
                            + " performUndone();",
                    "performUndone(); if (logDirty) { ports.log().barrier(); logDirty = false;"
                            + " ports.listener().persisted(); }",
                    ONE_BARRIER,
                    STOPS),
            of(
                    "what need not wait overtakes a record that does",
                    "22, 27",
                    "replica/engine/ReplicaEngine",
                    "if (!logDirty && !undone.isEmpty()",
                    "if (!undone.isEmpty()",
                    ENGINE + "nothingOvertakesARecordThatWaitsForTheBarrierAlready"),
            of(
                    "a log that ends too early is believed",
                    "22",
                    "replica/storage/log/RocksLogStore",
                    "if (before.appended() < mark.get()) {",
                    "if (before.appended() < 0) {",
                    LOG + "aLogThatEndsBeforeWhatWasAcknowledgedIsRefused",
                    LOG + "anOldLogPutBackIsRefused"),
            of(
                    "votes of before the power failed count as all there were",
                    "22",
                    "replica/storage/log/RocksLogStore",
                    "kept.memory = lost ? LogIntegrity.LOST : LogIntegrity.PARTIAL;",
                    "kept.memory = lost ? LogIntegrity.LOST : LogIntegrity.COMPLETE;",
                    LOG + "asyncAfterThePowerFailedKnowsNoMoreThanItsReservation"));

    private StorageMutants() {}
}
