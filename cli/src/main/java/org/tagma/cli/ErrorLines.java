package org.tagma.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.tagma.admin.OperatorException;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.transport.BindFailedException;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.replica.storage.DataFolderException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever ends a command into one line on the error stream. A stack trace is for those who ask with {@code
 * --debug}.
 */
final class ErrorLines implements IExecutionExceptionHandler, IParameterExceptionHandler {

    /** Failures whose message is a whole line for the user already. */
    private static final List<Class<? extends Exception>> SELF_EXPLANATORY = List.of(
            ClusterFileException.class,
            KeyFileException.class,
            DataFolderException.class,
            BindFailedException.class,
            InvalidSettingException.class);

    @Override
    public int handleParseException(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        print(command, problem(e) + "; see `" + command.getCommandSpec().qualifiedName() + " --help`");
        return ExitStatus.CANNOT_RUN;
    }

    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
        if (TagmaCommand.isDebug(command)) {
            e.printStackTrace(command.getErr());
        }
        if (e instanceof CommandFailure failure) {
            print(command, failure.getMessage());
            return failure.exitStatus();
        }
        if (e instanceof OperatorException failure) {
            print(command, failure.getMessage());
            return failure.isRefusal() ? ExitStatus.UNSUCCESSFUL : ExitStatus.NO_ANSWER;
        }
        if (SELF_EXPLANATORY.stream().anyMatch(type -> type.isInstance(e))) {
            print(command, e.getMessage());
            return ExitStatus.CANNOT_RUN;
        }
        print(command, "a bug in tagma: " + e + "; run it again with --debug and report what that shows");
        return ExitStatus.BUG;
    }

    private static String problem(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return "unknown argument " + String.join(" ", unmatched.getUnmatched());
        }
        List<String> unknown = e.getCommandLine().getUnmatchedArguments();
        if (e instanceof MissingParameterException && !unknown.isEmpty()) {
            // More likely than that the user left something out, too.
            return "unknown argument " + String.join(" ", unknown);
        }
        String text = oneLine(e.getMessage());
        return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }

    private static void print(CommandLine command, String line) {
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + oneLine(line));
        err.flush();
    }

    private static String oneLine(String text) {
        return String.valueOf(text).lines().map(String::strip).collect(Collectors.joining(" "));
    }
}
