package org.tagma.simulator.workload;

import java.util.List;
import java.util.Optional;

/** Who the clients of a scenario are, what they ask for, and how long they wait for it. Not thread-safe. */
public final class Callers {

    /** A call that takes longer is given up by its client; no run should get there. */
    private static final long DEADLINE_MILLIS = 600_000;

    private static final long PATIENCE_WITH_ONE_ATTEMPT_MILLIS = 3_000;

    /** Requests a batch. */
    private static final int CARRIES_MALICIOUS_CLIENTS = 8;

    public static final long RETRY_MILLIS = 400;

    private int clients = 1;
    private int faultyClients;
    private Optional<FloodHabit> flood = Optional.empty();
    private int operations = 10;
    private int pipeline = 1;
    private int registers = 4;
    private long thinkMicros = 1_000;
    private long deadlineMillis = DEADLINE_MILLIS;
    private Optional<List<Workload>> workloads = Optional.empty();
    private ServiceSetting service = ServiceSetting.USUAL;

    public void clients(int count) {
        clients = count;
    }

    public void faultyClients(int count) {
        faultyClients = count;
    }

    public void flood(FloodHabit habit) {
        flood = Optional.of(habit);
    }

    /** Of a malicious client that asks without a pause, if there is one. */
    public Optional<FloodHabit> flood() {
        return flood;
    }

    public void operations(int perClient) {
        operations = perClient;
    }

    public void pipeline(int depth) {
        pipeline = depth;
    }

    public void registers(int count) {
        registers = count;
    }

    public void thinkMicros(long micros) {
        thinkMicros = micros;
    }

    public void deadlineMillis(long millis) {
        deadlineMillis = millis;
    }

    public void workloads(List<Workload> ofClients) {
        workloads = Optional.of(List.copyOf(ofClients));
        clients = ofClients.size();
    }

    public void service(ServiceSetting setting) {
        service = setting;
    }

    public int count() {
        return clients;
    }

    public int faultyCount() {
        return faultyClients + (flood.isPresent() ? 1 : 0);
    }

    public ServiceSetting service() {
        return service;
    }

    public Workload workload(int client) {
        return workloads
                .map(all -> all.get(client))
                .orElseGet(() -> new Workload(operations, pipeline, registers, thinkMicros));
    }

    /** How many calls there may be at a time, of all clients. */
    public int callsAtATime() {
        int calls = 0;
        for (int client = 0; client < clients; client++) {
            calls += workload(client).pipeline();
        }
        return calls;
    }

    /** Who sends a call once only cannot wait for its answer as long as others. */
    public long deadlineMillis(Retry retry) {
        if (service.deadlineMillis() > 0) {
            return service.deadlineMillis();
        }
        return retry.maySendOnce() ? PATIENCE_WITH_ONE_ATTEMPT_MILLIS : deadlineMillis;
    }

    /**
     * Whether batches of that size carry whatever malicious clients ask for. Tiny ones do not, and a primary that is
     * slow for that reason is rightly replaced.
     */
    public boolean areBearable(int maxBatchRequests) {
        return faultyClients == 0 || maxBatchRequests >= CARRIES_MALICIOUS_CLIENTS;
    }

    /** Whether clients may have a write executed more than once. */
    public boolean mayRepeatWrites() {
        for (int client = 0; client < clients; client++) {
            if (workload(client).retry().mayRepeat()) {
                return true;
            }
        }
        return false;
    }

    /** Whether no client can be in another's way, or give up. */
    public boolean areUsual() {
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
