package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import org.tagma.core.service.ServiceLimits;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.workload.Retry;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;

/** A plan in words, line by line. */
final class PlanDescription {

    private PlanDescription() {}

    static List<String> of(Plan plan) {
        List<String> lines = new ArrayList<>();
        lines.add(plan.replicas() + " replicas, " + plan.protocol().name() + ", "
                + plan.authentication().label() + ", "
                + (plan.hasFastReads() ? "queries skip ordering" : "queries are ordered")
                + tuning(plan.tuning()));
        if (!plan.settings().equals(plan.usualSettings())) {
            lines.add("settings: " + String.join(", ", PlanText.changedSettings(plan)));
        }
        if (plan.content().isTree()) {
            lines.add(tree(plan.content()));
        }
        lines.add(network(plan));
        for (int id = 0; id < plan.clients().size(); id++) {
            if (plan.clients().get(id).operations() > 0) {
                lines.add(client(id, plan.clients().get(id)));
            }
        }
        service(plan).ifPresent(lines::add);
        if (plan.hasSlowDisks()) {
            lines.add("disks are slow: what need not wait for them leaves first");
        }
        if (plan.faultyClients() > 0) {
            lines.add(plan.faultyClients() + (plan.faultyClients() == 1 ? " malicious client" : " malicious clients"));
        }
        plan.malicious()
                .forEach((id, ways) -> lines.add("replica " + id + " is malicious: " + String.join(", ", ways)));
        plan.incidents().forEach(each -> lines.add(each.describe()));
        plan.sought()
                .ifPresent(property -> lines.add("all this is to break "
                        + property.label()
                        + (plan.isScheduledAgainstProgress()
                                ? "; a scheduler holds back each message for as long as it would decide something"
                                : "")));
        return lines;
    }

    private static String tuning(Tuning tuning) {
        return "; a checkpoint every " + tuning.checkpointInterval() + ", window " + tuning.logWindow() + ", pipeline "
                + tuning.pipelineDepth() + ", batches of up to " + tuning.maxBatchRequests()
                + (tuning.hasAmpleBatches() ? "" : " and " + tuning.maxBatchBytes() + " bytes")
                + (tuning.hasUsualParts()
                        ? ""
                        : ", parts of trees of up to " + tuning.transfer().wholePartBytes() + " bytes");
    }

    private static String tree(StateContent content) {
        return "the state is a tree with " + content.entries() + " entries of about " + content.entryBytes()
                + " bytes beside the registers, " + (content.onDisk() ? "on disk" : "in memory")
                + "; each operation changes " + content.rewrites();
    }

    private static String network(Plan plan) {
        Wire wire = plan.wire();
        StringBuilder text = new StringBuilder("network: up to " + wire.maxDelayMillis() + " ms");
        append(text, wire.drop(), "lost");
        append(text, wire.duplicate(), "doubled");
        append(text, wire.slow(), "slow");
        append(text, wire.corrupt(), "damaged");
        append(text, wire.replay(), "replayed");
        append(text, wire.inject(), "forged");
        if (plan.stabilizationMillis() > 0) {
            text.append("; stable from ").append(plan.stabilizationMillis()).append(" ms on");
        } else if (plan.stabilizationMillis() < 0) {
            text.append("; never stable");
        }
        if (plan.driftPerMille() > 0) {
            text.append("; clocks drift by up to ")
                    .append(plan.driftPerMille() / 10.0)
                    .append(" %");
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int perMille, String what) {
        if (perMille > 0) {
            text.append(", ").append(perMille / 10.0).append(" % ").append(what);
        }
    }

    private static Optional<String> service(Plan plan) {
        StringJoiner text = new StringJoiner("; ").setEmptyValue("");
        ServiceLimits limits = plan.service().limits();
        ServiceLimits usual = ServiceSetting.USUAL.limits();
        if (!limits.equals(usual)) {
            text.add("up to " + limits.maxSessionsPerClient() + " sessions a client, and " + limits.sessionPipeline()
                    + " replies a session, are kept");
        }
        if (limits.replyBytes() != usual.replyBytes()) {
            text.add("of " + limits.replyBytesPerClient() + " bytes a client, and " + limits.replyBytes() + " in all");
        }
        if (limits.sessionIdleMillis() != usual.sessionIdleMillis()) {
            text.add("sessions end when they were idle for " + limits.sessionIdleMillis() + " ms");
        }
        if (plan.service().deadlineMillis() > 0) {
            text.add("clients wait for " + plan.service().deadlineMillis() + " ms");
        }
        return Optional.of(text.toString()).filter(line -> !line.isEmpty());
    }

    private static String retry(Retry retry) {
        return switch (retry) {
            case EXACTLY_ONCE -> "";
            case AT_MOST_ONCE -> ", writing at most once";
            case AT_LEAST_ONCE -> ", writing at least once";
            case MIXED -> ", writing exactly, at most or at least once";
        };
    }

    private static String client(int id, ClientPlan client) {
        String operations = client.operations() == 1 ? "1 operation" : client.operations() + " operations";
        return "client " + id + ": " + operations + (client.onlyReads() ? " that read" : "") + retry(client.retry())
                + (client.processes() > 1 ? ", in " + client.processes() + " processes" : "")
                + (client.pipeline() > 1 ? ", up to " + client.pipeline() + " at a time" : "")
                + (client.thinkMillis() > 1 ? ", pausing up to " + client.thinkMillis() + " ms" : "");
    }
}
