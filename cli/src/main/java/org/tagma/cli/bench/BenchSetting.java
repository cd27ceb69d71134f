package org.tagma.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tagma.benchmarks.load.LoadPlan;
import org.tagma.benchmarks.load.Workload;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.HostedService;
import org.tagma.network.cluster.ClusterConfig;

/**
 * What is asked of a cluster, whichever it is.
 *
 * @param plan how much load, and how long
 * @param payloadBytes the size of an operation
 * @param replyBytes the size of a result
 */
record BenchSetting(LoadPlan plan, HostedService service, int payloadBytes, int replyBytes) {

    Workload workload() {
        return service == HostedService.NULL ? Workload.nothing(payloadBytes, replyBytes) : Workload.puts(payloadBytes);
    }

    /** @throws CommandFailure if the cluster does not allow so much */
    void requireFit(ClusterConfig.Limits limits) {
        BenchCommand.requireRange("--outstanding", plan.outstanding(), 1, limits.sessionPipeline());
        BenchCommand.requireRange("--payload", payloadBytes, 0, limits.maxOperationBytes());
        if ((long) plan.clients() * plan.outstanding() > limits.maxPendingRequests()) {
            throw CommandFailure.cannotRun("--clients times --outstanding must be no more than the cluster's "
                    + "maxPendingRequests, " + limits.maxPendingRequests());
        }
    }

    /** By the names of the options, with what the cluster has. */
    Map<String, Object> describe(ClusterConfig config) {
        Map<String, Object> setting = new LinkedHashMap<>();
        setting.put("protocol", config.protocol().name());
        setting.put("auth", config.authentication().label());
        setting.put("crypto", config.cryptoProvider().label());
        setting.put("durability", config.durability().label());
        setting.put("replicas", config.replicaCount());
        setting.put("faults", config.faults());
        setting.put("service", service.label());
        setting.put("clients", plan.clients());
        setting.put("outstanding", plan.outstanding());
        setting.put("payload", payloadBytes);
        setting.put("reply", replyBytes);
        return setting;
    }
}
