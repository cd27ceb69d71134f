package org.tagma.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.tagma.admin.GroupStatus;
import org.tagma.admin.Operator;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.core.Quorums;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.replica.admin.OperatorCommands;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma transfer}. */
@Command(
        name = "transfer",
        description = "Has the leader hand over to another replica, with hardly a pause. Where the protocol says who"
                + " follows, as under pbft, the next replica does. Whoever is stopped hands over by itself.",
        footer = {"", "Exit status: 0 done; 1 refused, or not done in time; 3 no answer."},
        sortOptions = false)
final class TransferCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorOptions options;

    @Option(names = "--to", paramLabel = "N", description = "The replica to lead (default: the one best prepared).")
    private Integer to;

    TransferCommand() {}

    @Override
    public Integer call() throws ClusterFileException, KeyFileException, InterruptedException {
        ClusterFolder folder = options.folder();
        ClusterConfig config = folder.config();
        if (to != null && (to < 0 || to >= config.replicaCount())) {
            throw CommandFailure.cannotRun(
                    "--to: there is no replica " + to + "; there are 0 to " + (config.replicaCount() - 1));
        }
        try (Operator operator = new Operator(folder, config, options.client())) {
            int successor = to == null ? OperatorCommands.WHOEVER_IS_BEST : to;
            PrintWriter out = spec.commandLine().getOut();
            String answer = operator.carryOut(OperatorCommands.transfer(successor));
            if (config.protocol().leaderOf(0, quorums(config)).isPresent()) {
                out.println(answer);
                out.flush();
                return ExitStatus.OK;
            }
            GroupStatus group = operator.awaitLeader();
            out.println(answer + ": replica " + group.leader() + " leads now, in "
                    + config.protocol().viewWord() + " " + group.view());
            out.flush();
        }
        return ExitStatus.OK;
    }

    private static Quorums quorums(ClusterConfig config) {
        return new Quorums(config.replicaCount(), config.faults());
    }
}
