package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.simulator.Scenario.cluster;

import java.io.IOException;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.replica.storage.LogStore;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.DiskFaults;
import org.tagma.simulator.kernel.SimulatedLogStore;

/** Disks that fail, at every access in turn: the replica stops, says why, and contradicts nothing when it is back. */
class DiskFaultTest {

    private static final int VICTIM = 1;

    private static Stream<SimulatedProtocol> protocols() {
        return Stream.of(SimulatedProtocol.of("pbft", 4), SimulatedProtocol.of("raft", 3));
    }

    private static Scenario loaded(SimulatedProtocol protocol, long seed) {
        return cluster(protocol).clients(3).operations(15).pipeline(2).seed(seed);
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aFailedSyncStopsTheReplicaWhereverItFails(SimulatedProtocol protocol) {
        everyAccess(protocol, DiskFault.SYNC, 16, "stopped: the log cannot be written: a sync failed");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aFullDiskStopsTheReplicaWhereverItFails(SimulatedProtocol protocol) {
        everyAccess(protocol, DiskFault.FULL, 24, "stopped: the log cannot be written: no space left on the disk");
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aCheckpointThatCannotBeWrittenStopsTheReplica(SimulatedProtocol protocol) {
        everyAccess(protocol, DiskFault.CHECKPOINT, 2, "stopped: the disk fails: ");
    }

    private static void everyAccess(SimulatedProtocol protocol, DiskFault fault, int accesses, String stops) {
        for (int access = 0; access < accesses; access++) {
            int successes = access;
            SimulationResult result = loaded(protocol, access)
                    .atMillis(1, cluster -> cluster.failDisk(VICTIM, fault, successes))
                    .atMillis(4_000, cluster -> cluster.restart(VICTIM))
                    .run()
                    .expectAllAnswered();
            assertThat(result.cluster().replica(VICTIM).announcements())
                    .as(fault + " after " + access)
                    .anyMatch(text -> text.contains(stops));
        }
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aReplicaThatCannotReadItsDiskDoesNotStart(SimulatedProtocol protocol) {
        SimulationResult result = loaded(protocol, 3)
                .afterOperations(10, cluster -> {
                    cluster.failDisk(VICTIM, DiskFault.READ, 0);
                    cluster.restart(VICTIM);
                    assertThat(cluster.replica(VICTIM).isUp()).isFalse();
                })
                .afterOperations(30, cluster -> cluster.restart(VICTIM))
                .run()
                .expectAllAnswered();

        assertThat(result.cluster().replica(VICTIM).announcements())
                .anyMatch(text -> text.endsWith("does not start: the disk cannot be read"));
        assertThat(result.cluster().replica(VICTIM).isUp()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void aWipedReplicaTakesPartAgain(SimulatedProtocol protocol) {
        for (long seed = 0; seed < 3; seed++) {
            int victim = (int) (seed % protocol.quorums().replicas());
            SimulationResult result = loaded(protocol, seed)
                    .afterOperations(20, cluster -> cluster.crashAndWipe(victim))
                    .afterOperations(30, cluster -> cluster.restart(victim))
                    .run()
                    .expectAllAnswered();
            assertThat(result.cluster().replica(victim).lastExecuted()).isPositive();
        }
    }

    /** Known bug 34: whoever tries a failed sync again does not get to call it durable. */
    @ParameterizedTest
    @EnumSource(
            value = DiskFault.class,
            names = {"SYNC", "POWER"})
    void bug34ASecondSyncAfterAFailedOneIsNoticed(DiskFault fault) throws Exception {
        DiskFaults faults = new DiskFaults();
        SimulatedLogStore disk = new SimulatedLogStore(new SplittableRandom(1), faults, false);
        LogStore retrying = new RetryingLogStore(disk);
        retrying.recover();
        retrying.append(new PbftRecord.Reservation(1, 8));
        faults.arm(fault, 0);

        assertThatThrownBy(retrying::barrier)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the disk is used again after it failed");
    }

    @Test
    void whatAFailedSyncWasForIsOnTheDiskWholeOrInPartOrNotAtAll() throws Exception {
        assertThat(Stream.iterate(0L, seed -> seed + 1).limit(60).map(DiskFaultTest::leftByFailedSync))
                .contains(0, 1, 2, 3)
                .allMatch(left -> left <= 3);
    }

    private static int leftByFailedSync(long seed) {
        DiskFaults faults = new DiskFaults();
        SimulatedLogStore disk = new SimulatedLogStore(new SplittableRandom(seed), faults, false);
        try {
            for (int sequence = 1; sequence <= 3; sequence++) {
                disk.append(new PbftRecord.Prepared(0, sequence, Digest.NULL));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        faults.arm(DiskFault.SYNC, 0);
        assertThatThrownBy(disk::barrier).hasMessage("a sync failed");
        return disk.size();
    }

    /** The mistake of docs/known-bugs.md, 34. */
    private record RetryingLogStore(LogStore log) implements LogStore {
        @Override
        public RecoveredLog recover() throws IOException {
            return log.recover();
        }

        @Override
        public void append(LogRecord each) throws IOException {
            log.append(each);
        }

        @Override
        public void barrier() throws IOException {
            try {
                log.barrier();
            } catch (IOException e) {
                log.barrier();
            }
        }

        @Override
        public void truncate(long sequence) throws IOException {
            log.truncate(sequence);
        }

        @Override
        public void close() {
            log.close();
        }
    }
}
