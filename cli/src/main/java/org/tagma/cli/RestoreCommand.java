package org.tagma.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.replica.inbound.CertificateSignatures;
import org.tagma.replica.storage.backup.Backup;
import org.tagma.replica.storage.folder.DataFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma restore}. */
@Command(
        name = "restore",
        description =
                "Makes the data folder of a replica that has lost it from a backup, its own or that of another replica"
                        + " of the cluster.",
        footer = {
            "",
            "What comes back is the state of the newest stable checkpoint in the backup, with its certificate; no"
                    + " vote. The"
                    + " replica may have voted since, and must not contradict that: it rejoins like one whose disk"
                    + " was lost,"
                    + " and counts as faulty until it has caught up, but fetches only what changed since the backup.",
            "",
            "So the others must still be there: n-f replicas that have not lost their disks where replicas may lie,"
                    + " else every other voter. A group of which more were lost is not brought back by this.",
            "",
            "Exit status: 0 done; 2 the backup is damaged, of another cluster or epoch, or the data folder is not"
                    + " empty."
        },
        sortOptions = false)
final class RestoreCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FolderOption folderOption;

    @Option(names = "--id", required = true, paramLabel = "N", description = "Which replica, from 0.")
    private int id;

    @Option(names = "--from", required = true, paramLabel = "FOLDER", description = "A backup, made by `tagma backup`.")
    private Path backup;

    RestoreCommand() {}

    @Override
    public Integer call() throws ClusterFileException, IOException {
        ClusterFolder folder = folderOption.folder();
        ClusterConfig config = folder.config();
        folder.requireReplica(config, id);
        CertificateSignatures signatures = CertificateSignatures.of(config);
        Path target = folder.dataFolder(id);
        Backup.Content content = Backup.restore(backup, target, DataFolder.Owner.of(config, id), signatures::isGood);
        PrintWriter out = spec.commandLine().getOut();
        out.println("Replica " + id + " has the state at checkpoint " + content.sequence()
                + " again, from the backup of replica " + content.replica() + " of " + content.taken() + ".");
        out.println("It knows nothing of its votes: started, it rejoins like one that lost its disk, and fetches what"
                + " changed.");
        out.flush();
        return ExitStatus.OK;
    }
}
