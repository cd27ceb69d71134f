package org.tagma.cli;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
import org.tagma.cli.common.PrintableBytes;
import org.tagma.core.Digest;
import org.tagma.core.state.StateChange;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.replica.storage.backup.Backup;
import org.tagma.replica.storage.backup.Divergence;
import org.tagma.replica.storage.backup.Divergence.Difference;
import org.tagma.replica.storage.backup.StoppedReplica;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tagma divergence}. */
@Command(
        name = "divergence",
        description =
                "Tells where the states of two replicas part, and in which keys. Offline: neither may run; a backup can"
                        + " stand in for the second.",
        footer = {
            "",
            "Compared are the checkpoints that both keep, so take a replica that stopped because its state diverged,"
                    + " and"
                    + " another that was stopped, or backed up with `tagma backup`, soon after. Nothing in the"
                    + " folders is changed.",
            "",
            "  tagma divergence --dir mycluster --id 0 --id 2",
            "  tagma divergence --dir mycluster --id 2 --backup /backups/replica-0",
            "",
            "Exit status: 0 the same; 1 different; 2 cannot compare."
        },
        sortOptions = false)
final class DivergenceCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FolderOption folderOption;

    @Option(
            names = "--id",
            required = true,
            paramLabel = "N",
            description = "A replica, from 0. Twice, without --backup.")
    private List<Integer> ids;

    @Option(names = "--backup", paramLabel = "FOLDER", description = "A backup in place of the second replica.")
    private Path backup;

    @Option(
            names = "--keys",
            paramLabel = "N",
            defaultValue = "20",
            description = "How many keys to show at most (default: ${DEFAULT-VALUE}).")
    private int mostKeys;

    DivergenceCommand() {}

    @Override
    public Integer call() throws ClusterFileException, IOException {
        if (ids.size() + (backup == null ? 0 : 1) != 2 || mostKeys < 0) {
            throw CommandFailure.cannotRun("two are compared: give --id twice, or once with --backup; --keys from 0");
        }
        ClusterFolder folder = folderOption.folder();
        ClusterConfig config = folder.config();
        for (int id : ids) {
            folder.requireReplica(config, id);
        }
        Path second = backup != null ? backup : folder.dataFolder(ids.get(1));
        try (StoppedReplica one = StoppedReplica.open(folder.dataFolder(ids.get(0)));
                StoppedReplica other = backup != null ? Backup.open(second) : StoppedReplica.open(second)) {
            if (!one.clusterId().equals(other.clusterId())) {
                throw CommandFailure.cannotRun(second + " belongs to another cluster");
            }
            return compare(one, other);
        } catch (UnreadableStateError e) {
            throw CommandFailure.cannotRun(String.valueOf(e.getMessage()));
        }
    }

    private int compare(StoppedReplica one, StoppedReplica other) {
        Divergence divergence = Divergence.between(one, other);
        if (divergence.compared().isEmpty()) {
            throw CommandFailure.cannotRun(
                    "there is no checkpoint that both keep: " + checkpoints(one) + ", and " + checkpoints(other));
        }
        PrintWriter out = spec.commandLine().getOut();
        Optional<Difference> first = divergence.first();
        if (first.isEmpty()) {
            out.println("The same at checkpoint " + divergence.lastEqual().orElseThrow()
                    + (divergence.compared().size() > 1 ? ", and at every earlier one that both keep." : "."));
        } else {
            divergence.lastEqual().ifPresent(sequence -> out.println("checkpoint " + sequence + ": the same"));
            show(first.get(), one.replica(), other.replica(), out);
        }
        out.flush();
        return first.isEmpty() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static String checkpoints(StoppedReplica replica) {
        List<Long> sequences =
                replica.checkpoints().stream().map(state -> state.sequence()).toList();
        return "replica " + replica.replica() + " has " + (sequences.isEmpty() ? "none" : sequences);
    }

    private void show(Difference difference, int one, int other, PrintWriter out) {
        out.println("checkpoint " + difference.sequence() + ": DIFFERENT");
        out.println("  replica " + one + ": " + difference.one().hex() + verdict(difference, difference.one()));
        out.println("  replica " + other + ": " + difference.other().hex() + verdict(difference, difference.other()));
        if (!difference.hasKeys()) {
            out.println("The state machine keeps no keys that could be compared.");
            return;
        }
        Iterator<StateChange> keys = difference.keys();
        long count = 0;
        while (keys.hasNext()) {
            StateChange change = keys.next();
            if (count++ < mostKeys) {
                out.println("  key " + PrintableBytes.of(change.key()));
                out.println("    replica " + one + ": " + value(change.before()));
                out.println("    replica " + other + ": " + value(change.after()));
            }
        }
        out.println(
                count == 0
                        ? "No key differs: what differs is kept beside them, the clients' sessions or the agreed time."
                        : count + (count == 1 ? " key differs." : " keys differ."));
    }

    private static String verdict(Difference difference, Digest digest) {
        return difference
                .certified()
                .map(certified -> certified.equals(digest) ? ", which a quorum certified" : ", which nobody certified")
                .orElse("");
    }

    private static String value(Optional<ByteString> value) {
        return value.map(PrintableBytes::of).orElse("no value");
    }
}
