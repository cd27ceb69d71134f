package org.tagma.cli;

import java.util.concurrent.Callable;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tagma help}. The one that picocli has does not get on with a help option that all commands inherit. */
@Command(name = "help", description = "Shows what a command does, and its options.", helpCommand = true)
final class HelpCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "COMMAND", description = "The command; all of them if left out.")
    private String command;

    HelpCommand() {}

    @Override
    public Integer call() {
        CommandLine tagma = spec.commandLine().getParent();
        CommandLine shown = command == null ? tagma : tagma.getSubcommands().get(command);
        if (shown == null) {
            throw CommandFailure.cannotRun("there is no command " + command + "; there are "
                    + String.join(", ", tagma.getSubcommands().keySet()));
        }
        shown.usage(spec.commandLine().getOut());
        return ExitStatus.OK;
    }
}
