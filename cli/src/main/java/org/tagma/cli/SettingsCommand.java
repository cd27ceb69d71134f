package org.tagma.cli;

import com.google.protobuf.ByteString;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.tagma.admin.ReplicaInspector;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.client.BftClient;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.RejectedException;
import org.tagma.core.service.GroupCommand;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.settings.ClusterSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tagma settings}. */
@Command(
        name = "settings",
        description = "Shows the settings that are part of the replicated state, or changes one while the group runs.",
        customSynopsis = {
            "tagma settings --dir DIR [--client N]",
            "       tagma settings --dir DIR [--client N] set NAME VALUE"
        },
        footer = {
            "",
            "The change is ordered like any operation, so all replicas make it at the same place, and clients follow."
                    + " cluster.yaml says only what the group began with: leave it as it is. Replies are kept in every"
                    + " replica's memory: a raise of replyBytes that one of them has no room for is refused.",
            "",
            "Exit status: 0 done; 1 refused; 3 no answer."
        },
        sortOptions = false)
final class SettingsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorOptions options;

    @Parameters(arity = "0..*", paramLabel = "set NAME VALUE", hidden = true)
    private List<String> words = List.of();

    SettingsCommand() {}

    @Override
    public Integer call() throws ClusterFileException, KeyFileException {
        boolean set = !words.isEmpty() && words.get(0).equals("set");
        if (!words.isEmpty() && !(set && words.size() == 3) && !words.equals(List.of("show"))) {
            throw CommandFailure.cannotRun(
                    "say nothing to see the settings, or: set NAME VALUE; not " + String.join(" ", words));
        }
        ClusterFolder folder = options.folder();
        ClusterConfig config = folder.config();
        Map<String, Long> file = ClusterSettings.firstSettings(config).limits().byName();
        Map<String, Long> change = set ? change(words.get(1), words.get(2), file) : Map.of();
        ClientOptions calls = new ClientOptions(
                config.timeouts().clientDeadlineMillis(), config.timeouts().clientRetryMillis(), 1, 1);
        PrintWriter out = spec.commandLine().getOut();
        try (BftClient client = BftClient.builder(config, options.client())
                .keys(folder.clientKeys(options.client()))
                .options(calls)
                .build()) {
            Map<String, Long> agreed = ask(client, Map.of());
            if (set) {
                requireInRange(config, agreed, change);
                requireRoom(config, folder, change);
                Map<String, Long> now = ask(client, change);
                change.forEach((name, value) ->
                        out.printf("%s is %d now, and was %d%n", name, now.get(name), agreed.get(name)));
            } else {
                show(out, agreed, file);
            }
        }
        out.flush();
        return ExitStatus.OK;
    }

    private static Map<String, Long> change(String name, String value, Map<String, Long> file) {
        if (!file.containsKey(name)) {
            throw CommandFailure.cannotRun(
                    "there is no agreed setting " + name + "; there are " + String.join(", ", file.keySet()));
        }
        try {
            return Map.of(name, Long.parseLong(value));
        } catch (NumberFormatException e) {
            throw CommandFailure.cannotRun("the value of " + name + " must be a whole number, not " + value, e);
        }
    }

    /** What a cluster file may not say, the group shall not agree on. */
    private static void requireInRange(ClusterConfig config, Map<String, Long> agreed, Map<String, Long> change) {
        Map<String, Long> wanted = new LinkedHashMap<>(agreed);
        wanted.putAll(change);
        for (Map.Entry<String, Long> each : wanted.entrySet()) {
            if (each.getValue() != each.getValue().intValue()) {
                throw CommandFailure.cannotRun(each.getKey() + " is too large: " + each.getValue());
            }
        }
        ClusterConfig.Limits limits = config.limits();
        try {
            new ClusterConfig.Limits(
                    limits.maxFrameBytes(),
                    limits.maxPendingRequests(),
                    limits.maxPendingRequestsPerClient(),
                    wanted.get("maxSessionsPerClient").intValue(),
                    wanted.get("sessionPipeline").intValue(),
                    wanted.get("replyBytesPerClient").intValue(),
                    wanted.get("replyBytes").intValue(),
                    wanted.get("sessionIdleMillis").intValue(),
                    limits.maxClockSkewMillis(),
                    limits.maxOperationBytes());
        } catch (InvalidSettingException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    /** An agreed setting cannot depend on one replica's heap: so each is asked what it has room for. */
    private void requireRoom(ClusterConfig config, ClusterFolder folder, Map<String, Long> change)
            throws KeyFileException {
        if (!change.containsKey("replyBytes")) {
            return;
        }
        long wanted = change.get("replyBytes");
        List<Integer> all = IntStream.range(0, config.replicaCount()).boxed().toList();
        try (ReplicaInspector inspector =
                new ReplicaInspector(config, options.client(), folder.clientKeys(options.client()))) {
            List<Optional<Map<String, String>>> answers =
                    inspector.askAll(all, AdminQueries.STATUS, config.timeouts().clientRetryMillis());
            for (int replica = 0; replica < answers.size(); replica++) {
                long most = answers.get(replica)
                        .map(values -> values.get(AdminQueries.MOST_REPLY_BYTES))
                        .map(SettingsCommand::number)
                        .orElse(Long.MAX_VALUE);
                if (most < wanted) {
                    throw CommandFailure.cannotRun("replyBytes " + wanted + " is more than replica " + replica
                            + " has room for, which is " + most + " of its memory plan: give it more heap first");
                }
            }
        }
    }

    private static long number(String text) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
    }

    private Map<String, Long> ask(BftClient client, Map<String, Long> change) {
        ByteString answer;
        try {
            answer = client.invoke(GroupCommand.settings(change)).join();
        } catch (CompletionException e) {
            throw failure(e);
        }
        return GroupCommand.parse(answer);
    }

    private CommandFailure failure(CompletionException thrown) {
        if (thrown.getCause() instanceof RejectedException rejected) {
            return new CommandFailure(ExitStatus.UNSUCCESSFUL, rejected.reason(), rejected);
        }
        boolean unknown =
                thrown.getCause() instanceof BftClientException failure && failure.outcome() == Outcome.UNKNOWN;
        return new CommandFailure(
                ExitStatus.NO_ANSWER,
                "no answer from the cluster: " + thrown.getCause().getMessage()
                        + (unknown ? "; it may have been carried out all the same, or may yet be" : ""),
                thrown);
    }

    private static void show(PrintWriter out, Map<String, Long> agreed, Map<String, Long> file) {
        out.printf("%-20s  %10s  %12s%n", "SETTING", "AGREED", "CLUSTER.YAML");
        agreed.forEach((name, value) -> out.printf(
                "%-20s  %10d  %12d%s%n",
                name, value, file.get(name), value.equals(file.get(name)) ? "" : "  differs; what is agreed counts"));
    }
}
