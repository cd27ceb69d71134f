package org.tagma.core.incarnation;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.tagma.core.pbft.message.PbftIncarnationEvidence;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;

/** Replicas that do nothing but ask each other about their disks, each with a disk that can be copied and put back. */
final class IncarnationGroup {

    private record Envelope(int from, int to, Message message) {}

    /** What is on a disk: of each class the newest record. */
    record Disk(Map<Class<?>, LogRecord> records) {
        Disk copy() {
            return new Disk(new LinkedHashMap<>(records));
        }
    }

    /** A protocol that does what the test says, and notes with which memory it began. */
    private static final class Noting implements Protocol {
        private RecoveredLog begunWith;
        private List<Action> next = List.of();

        @Override
        public List<Action> step(Event event) {
            if (event instanceof Event.Recovered recovered) {
                begunWith = recovered.log();
            }
            List<Action> actions = next;
            next = List.of();
            return actions;
        }

        @Override
        public ProtocolStatus status() {
            return new ProtocolStatus("noting", 0, 0, ReplicaMode.NORMAL, 0, 0, 0, 0);
        }

        @Override
        public long stateHash() {
            return 0;
        }
    }

    final List<String> announcements = new ArrayList<>();
    final List<String> halts = new ArrayList<>();
    final TreeSet<Integer> down = new TreeSet<>();
    int persisted;

    private final int claims;
    private final int answers;
    private final IncarnationEvidence evidence;
    private final Disk[] disks;
    private final Noting[] protocols;
    private final DiskCheck[] checks;
    private final Deque<Envelope> network = new ArrayDeque<>();
    private long nextNonce = 1;

    IncarnationGroup(int replicas, int answers, int claims, IncarnationEvidence evidence) {
        this.answers = answers;
        this.claims = claims;
        this.evidence = evidence;
        this.disks = new Disk[replicas];
        this.protocols = new Noting[replicas];
        this.checks = new DiskCheck[replicas];
        for (int replica = 0; replica < replicas; replica++) {
            disks[replica] = new Disk(new LinkedHashMap<>());
            startUnheard(replica, LogIntegrity.FRESH, false);
        }
        deliver();
    }

    static IncarnationGroup ofPbft() {
        return new IncarnationGroup(4, 2, 2, new PbftIncarnationEvidence());
    }

    Disk disk(int replica) {
        return disks[replica];
    }

    void putBack(int replica, Disk disk) {
        disks[replica] = disk.copy();
    }

    /** Ends an incarnation and begins the next. */
    void restart(int replica) {
        start(replica, disks[replica].records().isEmpty() ? LogIntegrity.FRESH : LogIntegrity.COMPLETE, false);
    }

    void start(int replica, LogIntegrity memory, boolean dataIsIntact) {
        startUnheard(replica, memory, dataIsIntact);
        deliver();
    }

    void startUnheard(int replica, LogIntegrity memory, boolean dataIsIntact) {
        for (int other = 0; other < disks.length; other++) {
            if (checks[other] != null) {
                tick(other);
            }
        }
        protocols[replica] = new Noting();
        checks[replica] = new DiskCheck(
                protocols[replica],
                new IncarnationConfig(replica, disks.length, answers, claims, 100, dataIsIntact),
                evidence);
        RecoveredLog log = new RecoveredLog(List.copyOf(disks[replica].records().values()), memory, nextNonce++);
        perform(replica, checks[replica].step(new Event.Recovered(log)));
    }

    /** What memory the protocol began with; null if it has not begun. */
    LogIntegrity memoryOf(int replica) {
        RecoveredLog begun = protocols[replica].begunWith;
        return begun == null ? null : begun.memory();
    }

    List<LogRecord> recordsOf(int replica) {
        return protocols[replica].begunWith.records();
    }

    DiskCheck check(int replica) {
        return checks[replica];
    }

    long incarnation(int replica) {
        return Long.parseLong(checks[replica].details().get("incarnation"));
    }

    /** The protocol does this in its next step, which is now. */
    void does(int replica, Action... actions) {
        protocols[replica].next = List.of(actions);
        tick(replica);
        deliver();
    }

    void says(int from, int to, Message message) {
        network.add(new Envelope(from, to, message));
        deliver();
    }

    void tick(int replica) {
        perform(replica, checks[replica].step(new Event.TimerFired(PbftTimer.TICK)));
    }

    void askAgain(int replica) {
        perform(replica, checks[replica].step(new Event.TimerFired(IncarnationTimer.ASK_AGAIN)));
        deliver();
    }

    void deliver() {
        while (!network.isEmpty()) {
            Envelope each = network.remove();
            if (!down.contains(each.from()) && !down.contains(each.to())) {
                perform(each.to(), checks[each.to()].step(received(each.from(), each.message())));
            }
        }
    }

    static Event received(int from, Message message) {
        return new Event.MessageReceived(new Authenticated<>(from, message, ByteString.EMPTY, ByteString.EMPTY));
    }

    private void perform(int replica, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Persist persist) {
                disks[replica].records().put(persist.record().getClass(), persist.record());
                persisted++;
            } else if (action instanceof Action.Send send) {
                network.add(new Envelope(replica, send.to(), send.message()));
            } else if (action instanceof Action.Announce announce) {
                announcements.add(announce.text());
            } else if (action instanceof Action.Halt halt) {
                halts.add(halt.reason().description());
            }
        }
    }
}
