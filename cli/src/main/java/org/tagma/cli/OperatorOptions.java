package org.tagma.cli;

import org.tagma.cli.common.FolderOption;
import org.tagma.network.cluster.ClusterFolder;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command for operators. */
final class OperatorOptions {

    @Mixin
    private FolderOption folderOption;

    @Option(
            names = "--client",
            paramLabel = "N",
            defaultValue = "0",
            description = "The client whose key is used; one of the operators in cluster.yaml (default:"
                    + " ${DEFAULT-VALUE}).")
    private int client;

    OperatorOptions() {}

    ClusterFolder folder() {
        return folderOption.folder();
    }

    int client() {
        return client;
    }
}
