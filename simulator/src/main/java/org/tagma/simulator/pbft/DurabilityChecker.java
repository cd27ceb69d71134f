package org.tagma.simulator.pbft;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord.LeftFor;
import org.tagma.core.pbft.message.PbftRecord.PrePrepared;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reproposed;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.simulator.properties.PerReplica;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;

/**
 * Watches that no vote of a correct replica leaves before the record of it is durable, nor outside of what the replica
 * has reserved for votes. Not thread-safe.
 */
final class DurabilityChecker {

    private enum Kind {
        PREPARE,
        COMMIT,
        VIEW_CHANGE
    }

    private record Trace(Kind kind, long view, long sequence, Digest digest) {}

    private static final class Disk {
        final List<LogRecord> pending = new ArrayList<>();
        final Set<Trace> durable = new HashSet<>();
        Reservation reservation = new Reservation(0, 0);
    }

    private final Violations violations;
    private final PerReplica<Disk> disks = new PerReplica<>(replica -> new Disk());

    DurabilityChecker(Violations violations) {
        this.violations = violations;
    }

    /**
     * A replica begins an incarnation with what its disk gave back: a torn write may have left more than was promised.
     */
    void recovers(int replica, List<LogRecord> records) {
        Disk disk = new Disk();
        disks.put(replica, disk);
        records.forEach(record -> keep(disk, record));
    }

    /** It wants this to be durable. */
    void persists(int replica, LogRecord record) {
        disk(replica).pending.add(record);
    }

    /** All that it wanted to be durable is. */
    void durable(int replica) {
        Disk disk = disk(replica);
        disk.pending.forEach(record -> keep(disk, record));
        disk.pending.clear();
    }

    private Disk disk(int replica) {
        return disks.of(replica);
    }

    private static void keep(Disk disk, LogRecord record) {
        if (record instanceof PrePrepared vote) {
            disk.durable.add(new Trace(
                    Kind.PREPARE, vote.view(), vote.sequence(), vote.batch().digest()));
        } else if (record instanceof Reproposed vote) {
            disk.durable.add(new Trace(Kind.PREPARE, vote.view(), vote.sequence(), vote.digest()));
        } else if (record instanceof Prepared vote) {
            disk.durable.add(new Trace(Kind.COMMIT, vote.view(), vote.sequence(), vote.digest()));
        } else if (record instanceof LeftFor left) {
            disk.durable.add(new Trace(Kind.VIEW_CHANGE, left.view(), 0, Digest.NULL));
        } else if (record instanceof Reservation reservation) {
            disk.reservation = reservation;
        }
    }

    /** A message has left the replica. */
    void left(int replica, Message message) {
        if (message instanceof PrePrepare vote) {
            vote(
                    replica,
                    Kind.PREPARE,
                    vote.view(),
                    vote.sequence(),
                    vote.batch().digest());
        } else if (message instanceof Prepare vote) {
            vote(replica, Kind.PREPARE, vote.view(), vote.sequence(), vote.digest());
        } else if (message instanceof Commit vote) {
            vote(replica, Kind.COMMIT, vote.view(), vote.sequence(), vote.digest());
        } else if (message instanceof NewView newView && !newView.reproposals().isEmpty()) {
            int last = newView.reproposals().size() - 1;
            reserved(replica, newView.reproposals().get(last).sequence(), message);
        } else if (message instanceof ViewChange viewChange) {
            expect(replica, new Trace(Kind.VIEW_CHANGE, viewChange.view(), 0, Digest.NULL));
            if (disk(replica).reservation.view() < viewChange.view()) {
                report(replica, "leaves for view " + viewChange.view() + " without having reserved it");
            }
        }
    }

    private void vote(int replica, Kind kind, long view, long sequence, Digest digest) {
        Trace trace = new Trace(kind, view, sequence, digest);
        expect(replica, trace);
        reserved(replica, sequence, trace);
    }

    private void expect(int replica, Trace trace) {
        if (!disk(replica).durable.contains(trace)) {
            report(replica, "says " + trace + " before that is durable");
        }
    }

    private void reserved(int replica, long sequence, Object what) {
        if (sequence > disk(replica).reservation.sequence()) {
            report(replica, "votes outside of what it has reserved: " + what);
        }
    }

    private void report(int replica, String what) {
        violations.report(PbftProperties.DURABLE_VOTES, "replica " + replica + " " + what);
    }
}
