package org.tagma.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.tagma.admin.Operator;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.StatusColumn;
import org.tagma.replica.admin.OperatorCommands;
import org.tagma.replica.storage.backup.Backup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma backup}. */
@Command(
        name = "backup",
        description = "Copies what a replica keeps on disk into a folder, while it runs or while it is stopped. On the"
                + " machine of the replica.",
        footer = {
            "",
            "The copy is that of one moment, and the replica goes on serving meanwhile. It is checked as a whole before"
                    + " this ends: every file has its SHA-256 in backup-manifest. `tagma restore` says what can be"
                    + " had back,"
                    + " `tagma divergence` can look into a backup as into a data folder.",
            "",
            "Exit status: 0 done; 1 refused by the replica; 2 cannot run; 3 no answer."
        },
        sortOptions = false)
final class BackupCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorOptions options;

    @Option(names = "--id", required = true, paramLabel = "N", description = "Which replica, from 0.")
    private int id;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "FOLDER",
            description = "Where to make the backup: a folder that is new or empty.")
    private Path target;

    BackupCommand() {}

    @Override
    public Integer call() throws ClusterFileException, IOException {
        ClusterFolder folder = options.folder();
        ClusterConfig config = folder.config();
        folder.requireReplica(config, id);
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        Backup.Content content = Backup.take(folder.dataFolder(id), target, now, () -> stage(folder, config));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Backup of replica " + id + " in " + target + ": " + content.files() + " files, " + content.bytes()
                + " bytes");
        out.println(
                content.sequence() == 0
                        ? "It holds no checkpoint yet, so there is no state in it that could be restored."
                        : "The state at checkpoint " + content.sequence() + " can be restored from it, digest "
                                + StatusColumn.beginning(content.stateDigest().hex()));
        out.flush();
        return ExitStatus.OK;
    }

    private void stage(ClusterFolder folder, ClusterConfig config) throws IOException {
        try (Operator operator = new Operator(folder, config, options.client())) {
            operator.carryOut(id, OperatorCommands.backup(UUID.randomUUID().toString()));
        } catch (KeyFileException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }
}
