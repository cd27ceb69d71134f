package org.tagma.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.tagma.admin.GroupStatus;
import org.tagma.admin.Members;
import org.tagma.admin.Operator;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
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

/** {@code tagma members}. */
@Command(
        name = "members",
        description =
                "Shows who is in the group, or changes it, where the protocol can: raft; the group of a pbft cluster is"
                        + " fixed by its cluster file.",
        footer = {
            "",
            "Voters elect and commit. Learners follow without a vote. All must be in the cluster file, and new ones"
                    + " must run.",
            "What is not named stays: with --voters alone, learners go on learning unless they become voters.",
            "",
            "Exit status: 0 done; 1 refused, or not done in time; 3 no answer."
        },
        sortOptions = false)
final class MembersCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorOptions options;

    @Option(names = "--voters", paramLabel = "N,N,...", description = "The replicas that are to vote, all of them.")
    private String voters;

    @Option(
            names = "--learners",
            paramLabel = "N,N,...",
            description = "The replicas that are to follow without a vote; '' for none.")
    private String learners;

    MembersCommand() {}

    @Override
    public Integer call() throws ClusterFileException, KeyFileException, InterruptedException {
        ClusterFolder folder = options.folder();
        ClusterConfig config = folder.config();
        boolean change = voters != null || learners != null;
        List<Integer> wantedVoters = ids("--voters", voters, config);
        List<Integer> wantedLearners = ids("--learners", learners, config);
        if (voters != null && wantedVoters.isEmpty()) {
            throw CommandFailure.cannotRun("--voters must name at least one replica");
        }
        PrintWriter out = spec.commandLine().getOut();
        if (!change && !config.protocol().changesMembers()) {
            out.printf("voters    %s%n", Members.list(all(config)));
            out.println("fixed: the group of a " + config.protocol().name() + " cluster does not change");
            out.flush();
            return ExitStatus.OK;
        }
        if (!config.protocol().changesMembers()) {
            throw new CommandFailure(
                    ExitStatus.UNSUCCESSFUL,
                    "the group of a " + config.protocol().name()
                            + " cluster is fixed by its cluster file, and cannot be changed while it runs",
                    null);
        }
        try (Operator operator = new Operator(folder, config, options.client())) {
            if (change) {
                out.println(change(operator, wantedVoters, wantedLearners));
            } else {
                show(out, config, operator.awaitLeader());
            }
            out.flush();
        }
        return ExitStatus.OK;
    }

    private String change(Operator operator, List<Integer> wantedVoters, List<Integer> wantedLearners)
            throws InterruptedException {
        Members now = operator.awaitLeader().members();
        List<Integer> newVoters = voters == null ? without(now.voters(), wantedLearners) : wantedVoters;
        List<Integer> newLearners = learners == null ? without(now.learners(), wantedVoters) : wantedLearners;
        return operator.carryOut(OperatorCommands.changeMembership(newVoters, newLearners));
    }

    private static List<Integer> without(List<Integer> ids, List<Integer> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }

    private static void show(PrintWriter out, ClusterConfig config, GroupStatus group) {
        Members members = group.members();
        out.printf("voters    %s%n", Members.list(members.voters()));
        if (!members.oldVoters().isEmpty()) {
            out.printf("          and, until the change is complete, %s%n", Members.list(members.oldVoters()));
        }
        out.printf("learners  %s%n", Members.list(members.learners()));
        List<Integer> others =
                all(config).stream().filter(id -> !members.contains(id)).toList();
        if (!others.isEmpty()) {
            out.printf("outside   %s (in cluster.yaml, not in the group)%n", Members.list(others));
        }
        out.printf("leader    %d, in %s %d%n", group.leader(), config.protocol().viewWord(), group.view());
    }

    private static List<Integer> all(ClusterConfig config) {
        return IntStream.range(0, config.replicaCount()).boxed().toList();
    }

    private static List<Integer> ids(String option, String text, ClusterConfig config) {
        List<Integer> ids;
        try {
            ids = Members.ids(text);
        } catch (NumberFormatException e) {
            throw CommandFailure.cannotRun(
                    option + " must be replicas with commas between, such as 0,1,3, not " + text, e);
        }
        for (int id : ids) {
            if (id < 0 || id >= config.replicaCount()) {
                throw CommandFailure.cannotRun(option + ": there is no replica " + id
                        + " in cluster.yaml; there are 0 to " + (config.replicaCount() - 1));
            }
            if (ids.indexOf(id) != ids.lastIndexOf(id)) {
                throw CommandFailure.cannotRun(option + " names replica " + id + " twice");
            }
        }
        return ids;
    }
}
