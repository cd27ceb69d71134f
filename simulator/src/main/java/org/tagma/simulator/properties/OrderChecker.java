package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.simulator.workload.RegisterOperation;

/**
 * Watches what correct replicas commit and execute: agreement, validity, integrity, FIFO, total order and durability.
 * What the first replica does at a place is what all others must do there, in all their incarnations.
 *
 * <p>Not thread-safe.
 */
public final class OrderChecker {

    private record Place(long sequence, int index) {}

    private record Executed(SessionId session, ByteString operation) {}

    private final Violations violations;
    private final int correctClients;
    private final ServiceChecker service;
    private final Map<Long, Digest> committed = new TreeMap<>();
    private final Map<Place, Executed> executed = new HashMap<>();
    private final Map<ByteString, Place> placeOf = new HashMap<>();
    private final Map<SessionId, Integer> lastIndex = new HashMap<>();
    private final Map<SessionId, Integer> lastIndexSentOnce = new HashMap<>();
    private final Map<Integer, Integer> issued = new HashMap<>();
    /** Clients that gave up a call: later ones may overtake it. */
    private final Set<Integer> impatient = new HashSet<>();
    /** The last sequence number at which something was executed that a client was told of. */
    private long acknowledged;

    /**
     * A checker that has seen nothing.
     *
     * @param correctClients clients with ids below this are correct; what the others ask for may be anything
     * @param service knows what may be executed more than once, and is told what is executed
     */
    public OrderChecker(Violations violations, int correctClients, ServiceChecker service) {
        this.violations = violations;
        this.service = service;
        this.correctClients = correctClients;
    }

    /** A client calls; its operations are issued in order of their indices. */
    public void issued(RegisterOperation operation) {
        issued.merge(operation.client(), operation.index() + 1, Math::max);
    }

    /** A client gives up a call. What it calls later may overtake what may still be under way. */
    public void gaveUp(int client) {
        impatient.add(client);
    }

    /** A correct replica commits a batch. */
    public void committed(int replica, long sequence, Batch batch) {
        Digest first = committed.putIfAbsent(sequence, batch.digest());
        if (first != null && !first.equals(batch.digest())) {
            violations.report(
                    Property.AGREEMENT,
                    "replica " + replica + " commits " + batch.digest() + " at sequence " + sequence + ", where another"
                            + " committed " + first);
        }
    }

    /** A correct replica executes an operation. */
    public void executed(int replica, ByteString operation, ExecutionContext context) {
        Place place = new Place(context.sequence(), context.indexInBatch());
        Executed now = new Executed(context.session(), operation);
        Executed first = executed.putIfAbsent(place, now);
        if (first == null) {
            firstExecution(replica, place, now);
        } else if (!first.equals(now)) {
            violations.report(
                    Property.TOTAL_ORDER,
                    "replica " + replica + " executes " + text(operation) + " at " + place + ", where another executed "
                            + text(first.operation));
        }
    }

    private void firstExecution(int replica, Place place, Executed now) {
        if (now.session.client() >= correctClients) {
            return;
        }
        RegisterOperation operation = RegisterOperation.decode(now.operation).orElse(null);
        Place earlier = placeOf.putIfAbsent(now.operation, place);
        if (earlier != null && (operation == null || !service.isRepeatable(operation))) {
            violations.report(
                    Property.INTEGRITY,
                    "replica " + replica + " executes " + text(now.operation) + " at " + place
                            + " and it was executed at " + earlier);
        }
        if (operation == null
                || operation.client() != now.session.client()
                || operation.index() >= issued.getOrDefault(operation.client(), 0)) {
            violations.report(
                    Property.VALIDITY,
                    "replica " + replica + " executes " + text(now.operation) + " for session " + now.session
                            + ", which never asked for it");
            return;
        }
        service.executedFirst(operation);
        // A query is ordered only if the replicas' immediate answers differ, perhaps after later requests.
        if (operation.kind() != RegisterOperation.Kind.GET && !service.isRepeatable(operation)) {
            checkOrder(now, operation);
        }
    }

    /** First executions come in order of places, since no replica executes a place before those that precede it. */
    private void checkOrder(Executed now, RegisterOperation operation) {
        Integer before =
                (service.isSentOnce(operation) ? lastIndexSentOnce : lastIndex).put(now.session, operation.index());
        if (before != null && before >= operation.index() && !impatient.contains(operation.client())) {
            violations.report(
                    Property.FIFO,
                    "session " + now.session + " has operation " + operation.index() + " executed after " + before);
        }
    }

    /** A client is told that an operation is done, and how. */
    public void acknowledged(RegisterOperation operation) {
        Place place = placeOf.get(operation.encode());
        acknowledged = place == null ? acknowledged : Math.max(acknowledged, place.sequence);
    }

    /** Whether who has executed so much has executed all that clients were told of. */
    public boolean hasAcknowledged(long lastExecuted) {
        return lastExecuted >= acknowledged;
    }

    /** The correct replicas have all executed so much, and had the time to execute what else there is. */
    public void rest(long lastExecuted) {
        if (!hasAcknowledged(lastExecuted)) {
            violations.report(
                    Property.DURABILITY,
                    "the replicas are at sequence " + lastExecuted + ", and clients were told of what was executed at "
                            + acknowledged);
        }
    }

    private static String text(ByteString operation) {
        return "'" + operation.toStringUtf8() + "'";
    }
}
