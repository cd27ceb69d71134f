package org.tagma.simulator;

import java.util.List;
import java.util.Optional;
import org.tagma.simulator.workload.FloodHabit;
import org.tagma.simulator.workload.Retry;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.Workload;

/** Who the clients of a scenario are, what they ask for, and how long they wait for it. Not thread-safe. */
final class Callers {

    /** A call that takes longer is given up by its client; no run should get there. */
    private static final long DEADLINE_MILLIS = 600_000;

    private static final long PATIENCE_WITH_ONE_ATTEMPT_MILLIS = 3_000;

    /** Requests a batch. */
    private static final int CARRIES_MALICIOUS_CLIENTS = 8;

    static final long RETRY_MILLIS = 400;

    /** How many correct ones. */
    int clients = 1;

    int faultyClients;
    /** Of a malicious client that asks without a pause, if there is one. */
    Optional<FloodHabit> flood = Optional.empty();

    int operations = 10;
    int pipeline = 1;
    int registers = 4;
    long thinkMicros = 1_000;
    long deadlineMillis = DEADLINE_MILLIS;
    private Optional<List<Workload>> workloads = Optional.empty();
    ServiceSetting service = ServiceSetting.USUAL;

    void workloads(List<Workload> ofClients) {
        workloads = Optional.of(List.copyOf(ofClients));
        clients = ofClients.size();
    }

    int faultyCount() {
        return faultyClients + (flood.isPresent() ? 1 : 0);
    }

    Workload workload(int client) {
        return workloads
                .map(all -> all.get(client))
                .orElseGet(() -> new Workload(operations, pipeline, registers, thinkMicros));
    }

    /** How many calls there may be at a time, of all clients. */
    int callsAtATime() {
        int calls = 0;
        for (int client = 0; client < clients; client++) {
            calls += workload(client).pipeline();
        }
        return calls;
    }

    /** Who sends a call once only cannot wait for its answer as long as others. */
    long deadlineMillis(Retry retry) {
        if (service.deadlineMillis() > 0) {
            return service.deadlineMillis();
        }
        return retry.maySendOnce() ? PATIENCE_WITH_ONE_ATTEMPT_MILLIS : deadlineMillis;
    }

    /**
     * Whether batches of that size carry whatever malicious clients ask for. Tiny ones do not, and a primary that is
     * slow for that reason is rightly replaced.
     */
    boolean areBearable(int maxBatchRequests) {
        return faultyClients == 0 || maxBatchRequests >= CARRIES_MALICIOUS_CLIENTS;
    }

    /** Whether clients may have a write executed more than once. */
    boolean mayRepeatWrites() {
        for (int client = 0; client < clients; client++) {
            if (workload(client).retry().mayRepeat()) {
                return true;
            }
        }
        return false;
    }

    /** Whether no client can be in another's way, or give up. */
    boolean areUsual() {
        if (!service.equals(ServiceSetting.USUAL)) {
            return false;
        }
        for (int client = 0; client < clients; client++) {
            if (workload(client).processes() > 1) {
                return false;
            }
        }
        return true;
    }
}
