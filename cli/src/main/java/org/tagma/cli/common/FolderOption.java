package org.tagma.cli.common;

import java.nio.file.Path;
import org.tagma.network.cluster.ClusterFolder;
import picocli.CommandLine.Option;

/** The option {@code --dir} of every command that works on a cluster. */
public final class FolderOption {

    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = "The cluster's folder, made by `tagma init`.")
    private Path folder;

    /** For picocli. */
    public FolderOption() {}

    public ClusterFolder folder() {
        return new ClusterFolder(folder);
    }
}
