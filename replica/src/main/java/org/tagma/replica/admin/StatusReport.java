package org.tagma.replica.admin;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.settings.ReplicaParts;

/** One replica's condition as names and values, in a fixed order. Not thread-safe. */
public final class StatusReport {

    private static final long SLOW_DISK_MILLIS = 2_000;

    private final Map<String, Object> values = new LinkedHashMap<>();

    public StatusReport(
            ReplicaParts parts, ProtocolStatus status, Map<String, String> details, ReplicaMetrics metrics) {
        values.put("replica", parts.authentication().self().id());
        values.put("protocol", status.protocol());
        values.put("view", status.view());
        values.put("primary", status.leader());
        values.put("mode", status.mode().label());
        values.put("lastCommitted", status.lastCommitted());
        values.put("lastExecuted", status.lastExecuted());
        values.put("stableCheckpoint", status.stableCheckpoint());
        values.put("pendingRequests", status.pendingRequests());
        details.forEach(values::putIfAbsent);
        values.put("executedRequests", metrics.executedRequests());
        values.put("executedBatches", metrics.batches());
        values.put("lastExecutedAgeMillis", metrics.millisSinceLastBatch());
        values.put("uptimeMillis", ManagementFactory.getRuntimeMXBean().getUptime());
        values.put("cpuNanos", processCpuNanos());
        values.put("compileMillis", compileMillis());
        for (RejectionReason reason : RejectionReason.values()) {
            values.put("rejected." + reason.label(), metrics.rejected(reason));
        }
        metrics.rejectedByProtocol().forEach((reason, count) -> values.put("protocolRejected." + reason, count));
        parts.transport().stats().snapshot().forEach((name, value) -> values.put("network." + name, value));
    }

    /** A disk that hangs is why a replica takes no part, whatever its protocol has to say. */
    public StatusReport withDisk(long waitingMillis) {
        values.put("diskWaitMillis", waitingMillis);
        if (waitingMillis >= SLOW_DISK_MILLIS) {
            values.put("why", "its disk has not answered for " + waitingMillis / 1_000 + " s");
        }
        return this;
    }

    public StatusReport withQueue(String queue, int size) {
        values.put("queue." + queue, size);
        return this;
    }

    public StatusReport with(Map<String, Object> more) {
        values.putAll(more);
        return this;
    }

    public Map<String, Object> values() {
        return values;
    }

    /** For how long the just-in-time compilers have been busy, in milliseconds; tells whether a replica is warm. */
    private static long compileMillis() {
        CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
        return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                ? compiler.getTotalCompilationTime()
                : 0;
    }

    /** Processor time of the whole process, in nanoseconds; -1 where the platform does not tell. */
    private static long processCpuNanos() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof com.sun.management.OperatingSystemMXBean sun ? sun.getProcessCpuTime() : -1;
    }
}
