package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.ReplyEvictedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.client.call.StaleNumberException;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.service.ServiceLimits;
import org.tagma.simulator.properties.SessionModel.Fate;
import org.tagma.simulator.workload.RegisterOperation;

/**
 * Holds correct replicas to the rules of sessions and agreed time, for each request that is ordered, and correct
 * clients to what they tell their callers: an outcome is what it is said to be, and no call fails without a reason that
 * there is.
 *
 * <p>Not thread-safe.
 */
public final class ServiceChecker {

    private final Violations violations;
    private final SessionModel sessions;
    private final AnswerChecker answers;
    private final Map<Long, OrderedBatch> order = new HashMap<>();
    /** How many requests of its batch each replica has executed. */
    private final int[] appliedBy;

    /** For what is executed at least once: all results that it had. */
    private final Map<Long, Set<String>> results = new HashMap<>();

    private final Map<String, String> registers = new HashMap<>();
    private final Map<Long, Integer> executions = new HashMap<>();
    private final List<RegisterOperation> executed = new ArrayList<>();
    private final Set<Long> disclaimed = new HashSet<>();
    private final Set<Long> repeatable = new HashSet<>();
    private final Set<Long> sentOnce = new HashSet<>();
    private final boolean tracksResults;
    private long lastOrdered;
    private long timeMillis;

    /**
     * A checker that has seen nothing.
     *
     * @param replicas how many there are
     * @param tracksResults whether clients may have something executed at least once
     */
    public ServiceChecker(Violations violations, ServiceLimits limits, int replicas, boolean tracksResults) {
        this.violations = violations;
        this.sessions = new SessionModel(limits);
        this.answers = new AnswerChecker(violations, sessions, replicas);
        this.appliedBy = new int[replicas];
        this.tracksResults = tracksResults;
    }

    private static long key(RegisterOperation operation) {
        return ((long) operation.client() << Integer.SIZE) | operation.index();
    }

    // ---- replicas ----

    /** A correct replica is about to execute a batch. Nobody is at a place before somebody was at the one before. */
    public void committed(int replica, long sequence, Batch batch) {
        appliedBy[replica] = 0;
        if (sequence == lastOrdered + 1) {
            lastOrdered = sequence;
            order.put(sequence, order(batch));
        }
        answers.executes(replica, order.get(sequence));
    }

    /** A correct replica is about to answer a request again. */
    public void resends(int replica, Request request, long lastExecuted) {
        answers.resends(replica, request, lastExecuted == lastOrdered);
    }

    /** It has done so, or had nothing to say. */
    public void resent(int replica) {
        answers.resent(replica);
    }

    /** A correct replica's reply to a request leaves. */
    public void answers(int replica, ByteString frame) {
        answers.answers(replica, frame);
    }

    private OrderedBatch order(Batch batch) {
        if (!batch.isNull()) {
            timeMillis = Math.max(timeMillis, batch.timeMillis());
            sessions.timeIs(timeMillis);
        }
        List<Request> requests = batch.requests();
        Fate[] fates = new Fate[requests.size()];
        Map<Integer, ByteString> expired = Map.of();
        int executed = 0;
        for (int i = 0; i < fates.length; i++) {
            fates[i] = sessions.ordered(requests.get(i));
            if (fates[i] == Fate.EXECUTED) {
                executed++;
                if (tracksResults) {
                    execute(requests.get(i));
                }
            } else if (fates[i] == Fate.EXPIRED) {
                expired = expired.isEmpty() ? new HashMap<>() : expired;
                expired.put(i, sessions.expired(requests.get(i)));
            }
        }
        return new OrderedBatch(requests, fates, expired, executed, timeMillis);
    }

    private void execute(Request request) {
        RegisterOperation operation =
                RegisterOperation.decode(request.operation()).orElse(null);
        if (operation != null) {
            String before = registers.getOrDefault(operation.key(), RegisterOperation.UNSET);
            RegisterOperation.Effect effect = operation.applyTo(before);
            registers.put(operation.key(), effect.value());
            if (repeatable.contains(key(operation))) {
                results.computeIfAbsent(key(operation), none -> new HashSet<>()).add(effect.result());
            }
        }
    }

    /** A correct replica's state machine is given an operation. */
    public void applied(int replica, long sequence, int index, long millis, ByteString operation) {
        appliedBy[replica]++;
        OrderedBatch ordered = order.get(sequence);
        if (ordered == null) {
            return;
        }
        if (index >= ordered.fates().length
                || ordered.fates()[index] != Fate.EXECUTED
                || !ordered.requests().get(index).operation().equals(operation)) {
            String what = index >= ordered.fates().length ? "nothing" : ordered.fates()[index].toString();
            report(replica, "executes number " + index + " of batch " + sequence + ", of which becomes: " + what);
        }
        if (millis != ordered.timeMillis()) {
            violations.report(
                    Property.AGREED_TIME,
                    "replica " + replica + " shows an operation the time " + millis + " at sequence " + sequence
                            + ", where it is " + ordered.timeMillis());
        }
    }

    /** A correct replica has executed a batch. */
    public void executed(int replica, long sequence, List<RequestOutcome> outcomes) {
        answers.executed(replica);
        OrderedBatch ordered = order.get(sequence);
        if (ordered == null) {
            return;
        }
        if (appliedBy[replica] != ordered.executions()) {
            report(
                    replica,
                    "executes " + appliedBy[replica] + " requests of batch " + sequence + ", where "
                            + ordered.executions() + " are to be executed");
        }
        for (int i = 0; i < ordered.fates().length; i++) {
            if (i >= outcomes.size() || outcomes.get(i).consumed() == (ordered.fates()[i] == Fate.EARLY)) {
                report(replica, "says otherwise of " + ordered.requests().get(i) + ": it is " + ordered.fates()[i]);
                return;
            }
        }
    }

    private void report(int replica, String what) {
        violations.report(Property.SESSIONS, "replica " + replica + " " + what);
    }

    // ---- clients ----

    /** A client calls. */
    public void issued(RegisterOperation operation, RetrySemantics semantics) {
        if (semantics == RetrySemantics.AT_LEAST_ONCE) {
            repeatable.add(key(operation));
        } else if (semantics == RetrySemantics.AT_MOST_ONCE) {
            sentOnce.add(key(operation));
        }
    }

    /** Whether it stands in a lane of numbers of its own, where gaps may be. */
    boolean isSentOnce(RegisterOperation operation) {
        return !sentOnce.isEmpty() && sentOnce.contains(key(operation));
    }

    /** A correct replica executes an operation at a place where no other did before. */
    void executedFirst(RegisterOperation operation) {
        executions.merge(key(operation), 1, Integer::sum);
        executed.add(operation);
        if (disclaimed.contains(key(operation))) {
            falselyTold(operation, "was not executed, and then it is");
        }
    }

    /** Whether it may be executed more than once. */
    boolean isRepeatable(RegisterOperation operation) {
        return !repeatable.isEmpty() && repeatable.contains(key(operation));
    }

    /** At how many places it was executed. */
    public int executions(RegisterOperation operation) {
        return executions.getOrDefault(key(operation), 0);
    }

    /** All that was executed, in the order of the places where it was. */
    public List<RegisterOperation> executed() {
        return executed;
    }

    /** A call returned with a result. */
    public void returned(RegisterOperation operation, String result) {
        if (isRepeatable(operation)
                && !results.getOrDefault(key(operation), Set.of()).contains(result)) {
            falselyTold(operation, "returned '" + result + "', which none of its executions did");
        }
    }

    /**
     * How a call failed.
     *
     * @param waitedMillis how long after the call
     * @param deadlineMillis how long its client wanted to wait
     */
    public record Failure(
            Class<? extends BftClientException> kind,
            Outcome outcome,
            String message,
            long waitedMillis,
            long deadlineMillis) {

        boolean isForLackOfAnswer() {
            return kind == RequestTimeoutException.class || kind == OverloadedException.class;
        }
    }

    /** A call failed. */
    public void failed(RegisterOperation operation, RetrySemantics semantics, Failure failure) {
        boolean late = failure.waitedMillis() >= failure.deadlineMillis();
        boolean reasonable = (failure.isForLackOfAnswer() && late)
                || (failure.kind() == StaleNumberException.class && semantics == RetrySemantics.AT_MOST_ONCE)
                || (failure.kind() == ReplyEvictedException.class && sessions.mayLackRoom())
                || (failure.kind() == SessionExpiredException.class && sessions.hasLostSession(operation.client()));
        if (!reasonable) {
            falselyTold(
                    operation,
                    "failed after " + failure.waitedMillis() + " ms without a reason: "
                            + failure.kind().getSimpleName() + ", " + failure.message());
        }
        boolean executed = executions(operation) > 0;
        if (failure.outcome() == Outcome.NOT_EXECUTED) {
            disclaimed.add(key(operation));
            if (executed) {
                falselyTold(operation, "was not executed, and it was");
            }
        } else if (failure.outcome() == Outcome.EXECUTED && !executed) {
            falselyTold(operation, "was executed, and it was not");
        }
    }

    private void falselyTold(RegisterOperation operation, String what) {
        violations.report(Property.TRUE_OUTCOMES, "a client is told that operation '" + operation + "' " + what);
    }
}
