package org.tagma.examples.primarybackup;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TimerId;
import org.tagma.examples.primarybackup.BackupMessage.Ack;
import org.tagma.examples.primarybackup.BackupMessage.Heartbeat;
import org.tagma.examples.primarybackup.BackupMessage.Update;
import org.tagma.protocol.ReplicaContext;

/**
 * One replica. The primary sends each batch to all who live, and decides it when all of them have it; so whoever
 * succeeds it has everything that was decided. A pure state machine: the same events give the same actions. Not
 * thread-safe.
 */
final class BackupProtocol implements Protocol {

    enum Timer implements TimerId {
        TICK
    }

    private final ReplicaContext context;
    private final int self;
    private final int replicas;
    private final int tickMillis;
    private final int ticksUntilDead;

    /** Processes do not all start at once, so whoever was never heard gets so many times as long. */
    private static final int FIRST_TIME = 10;

    private final BitSet dead = new BitSet();
    private final BitSet heard = new BitSet();
    /** Ticks since each replica was heard last. */
    private final int[] silentTicks;
    /** Up to where each replica has all updates of this view. */
    private final long[] received;

    private long view;
    private long committed;
    private long executed;
    private long lastTimeMillis;
    private boolean stopped;
    /** Received and not committed, by sequence number. */
    private final TreeMap<Long, Batch> updates = new TreeMap<>();

    private final Map<String, Request> pending = new LinkedHashMap<>();
    private List<Action> actions = new ArrayList<>();

    BackupProtocol(ReplicaContext context) {
        this.context = context;
        this.self = context.replica();
        this.replicas = context.quorums().replicas();
        this.tickMillis = context.settings().integer(PrimaryBackup.HEARTBEAT);
        this.ticksUntilDead = Math.max(2, context.settings().integer(PrimaryBackup.DEAD_AFTER) / tickMillis);
        this.silentTicks = new int[replicas];
        this.received = new long[replicas];
    }

    @Override
    public List<Action> step(Event event) {
        actions = new ArrayList<>();
        if (stopped) {
            return actions;
        }
        if (event instanceof Event.Recovered recovered) {
            begin(recovered.log());
        } else if (event instanceof Event.MessageReceived message) {
            onMessage(message.message().sender(), message.message().message());
        } else if (event instanceof Event.RequestReceived request) {
            onRequest(request.request(), request.relayedBy());
        } else if (event instanceof Event.QueueDrained drained) {
            propose(drained.timeMillis());
        } else if (event instanceof Event.TimerFired) {
            tick();
        } else if (event instanceof Event.Executed done) {
            // What came before an earlier request of its session was not executed: its client repeats it.
            executed = done.sequence();
        } else if (event instanceof Event.ReadReceived read) {
            actions.add(isPrimary() ? new Action.ReadReady(read.id(), committed) : new Action.RefuseRead(read.id()));
        } else if (event instanceof Event.MembershipRequested request) {
            actions.add(new Action.AnswerOperator(request.id(), false, "the group is fixed"));
        } else if (event instanceof Event.LeadershipTransferRequested request) {
            actions.add(new Action.AnswerOperator(request.id(), false, "the succession is fixed"));
        }
        return actions;
    }

    // ---- an incarnation, of which there is one ----

    private void begin(Event.RecoveredLog log) {
        if (log.memory() == Event.LogIntegrity.LOST || log.records().stream().anyMatch(Begun.class::isInstance)) {
            stop("it stopped once, and the others have taken it for dead since");
            return;
        }
        actions.add(new Action.Persist(new Begun()));
        actions.add(new Action.SetTimer(Timer.TICK, tickMillis));
    }

    private void stop(String reason) {
        stopped = true;
        actions.add(new Action.Halt(() -> reason));
    }

    // ---- who lives, and who succeeds ----

    private boolean isPrimary() {
        return view == self;
    }

    private void tick() {
        actions.add(new Action.SetTimer(Timer.TICK, tickMillis));
        for (int id = 0; id < replicas; id++) {
            boolean counts = id != self && !dead.get(id);
            if (counts && ++silentTicks[id] > (heard.get(id) ? 1 : FIRST_TIME) * ticksUntilDead) {
                dead.set(id);
                actions.add(new Action.Announce("replica " + id + " is silent and taken for dead"));
            }
        }
        succeed();
        decide();
        toAll(new Heartbeat(view, committed));
        sendUpdates();
    }

    /** Also again: a message is lost where its receiver was not connected yet. */
    private void sendUpdates() {
        if (isPrimary()) {
            updates.forEach((sequence, batch) -> toAll(new Update(view, committed, sequence, batch)));
        }
    }

    private void succeed() {
        int first = dead.nextClearBit(0);
        if (first != self || view == self) {
            return;
        }
        enter(self);
        // What it has may be decided or not; either is right, as long as all end with the same.
        long last = lastWithoutGap();
        updates.tailMap(last, false).clear();
        received[self] = last;
        sendUpdates();
    }

    private void enter(long newView) {
        view = newView;
        for (int id = 0; id < replicas; id++) {
            received[id] = committed;
        }
        actions.add(new Action.Announce("view " + view + " begins: replica " + view + " is the primary"));
    }

    private long lastWithoutGap() {
        long last = committed;
        while (updates.containsKey(last + 1)) {
            last++;
        }
        return last;
    }

    private void toAll(Message message) {
        for (int id = 0; id < replicas; id++) {
            if (id != self && !dead.get(id)) {
                actions.add(new Action.Send(id, message));
            }
        }
    }

    // ---- the order ----

    private void onMessage(int sender, Message received) {
        if (!(received instanceof BackupMessage message) || dead.get(sender)) {
            return;
        }
        silentTicks[sender] = 0;
        heard.set(sender);
        if (message.view() > view && message.view() == sender) {
            follow(message);
        }
        if (message.view() != view || stopped) {
            return;
        }
        if (sender == view) {
            commitUpTo(Math.min(message.committed(), lastWithoutGap()));
        }
        if (message instanceof Update update && sender == view) {
            if (update.sequence() > committed) {
                updates.put(update.sequence(), update.batch());
            }
            actions.add(new Action.Send(sender, new Ack(view, committed, lastWithoutGap())));
        } else if (message instanceof Ack ack && isPrimary()) {
            this.received[sender] = Math.max(this.received[sender], ack.sequence());
            decide();
        }
    }

    /**
     * The primary of a later view has begun it. What this replica has beyond what is decided, it will be sent again.
     */
    private void follow(BackupMessage message) {
        if (message.view() > self) {
            stop("the others take it for dead");
            return;
        }
        dead.set(0, (int) message.view());
        enter(message.view());
        updates.tailMap(message.committed(), false).clear();
    }

    /** Decided is what all who live have. */
    private void decide() {
        if (!isPrimary()) {
            return;
        }
        long all = received[self];
        for (int id = 0; id < replicas; id++) {
            if (id != self && !dead.get(id)) {
                all = Math.min(all, received[id]);
            }
        }
        long before = committed;
        commitUpTo(all);
        if (committed > before) {
            toAll(new Heartbeat(view, committed));
        }
    }

    private void commitUpTo(long sequence) {
        while (committed < sequence) {
            committed++;
            Batch batch = updates.remove(committed);
            lastTimeMillis = Math.max(lastTimeMillis, batch.timeMillis());
            batch.requests().forEach(request -> pending.remove(key(request)));
            actions.add(new Action.Commit(committed, batch));
        }
    }

    private void propose(long timeMillis) {
        if (!isPrimary()) {
            return;
        }
        while (!pending.isEmpty()
                && updates.size() < context.sizes().pipelineDepth()
                && received[self] - executed < context.sizes().logWindow()) {
            List<Request> requests = new ArrayList<>();
            long bytes = 0;
            for (Request request : List.copyOf(pending.values())) {
                bytes += request.size();
                boolean full = requests.size() == context.sizes().maxBatchRequests()
                        || bytes > context.sizes().maxBatchBytes() && !requests.isEmpty();
                if (full) {
                    break;
                }
                requests.add(request);
                pending.remove(key(request));
            }
            lastTimeMillis = Math.max(lastTimeMillis, timeMillis);
            Batch batch = Batch.of(lastTimeMillis, requests);
            long sequence = ++received[self];
            updates.put(sequence, batch);
            toAll(new Update(view, committed, sequence, batch));
            decide();
        }
    }

    // ---- requests ----

    private void onRequest(Request request, int relayedBy) {
        if (!isPrimary()) {
            if (relayedBy < 0) {
                actions.add(new Action.Relay((int) view, request));
            }
        } else if (pending.size() >= context.sizes().maxPendingRequests()) {
            actions.add(new Action.Refuse(request, Action.Refusal.OVERLOADED));
        } else {
            pending.put(key(request), request);
        }
    }

    private static String key(Request request) {
        return request.session() + " " + request.semantics() + " " + request.number();
    }

    // ---- for people and tests ----

    @Override
    public ProtocolStatus status() {
        return new ProtocolStatus(
                "primary-backup",
                view,
                (int) view,
                stopped ? ReplicaMode.STOPPED : ReplicaMode.NORMAL,
                committed,
                executed,
                0,
                pending.size());
    }

    @Override
    public long stateHash() {
        return Objects.hash(
                view,
                committed,
                executed,
                lastTimeMillis,
                stopped,
                dead,
                updates,
                new ArrayList<>(pending.keySet()),
                List.of(java.util.Arrays.hashCode(silentTicks), java.util.Arrays.hashCode(received)));
    }
}
