package org.tagma.cli.common;

/** Ends a command with one line for its user, saying what is wrong and what to do, and an exit status. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitStatus;

    public CommandFailure(int exitStatus, String message, Throwable cause) {
        super(message, cause);
        this.exitStatus = exitStatus;
    }

    /** The command cannot run. */
    public static CommandFailure cannotRun(String message) {
        return cannotRun(message, null);
    }

    /** The command cannot run. */
    public static CommandFailure cannotRun(String message, Throwable cause) {
        return new CommandFailure(ExitStatus.CANNOT_RUN, message, cause);
    }

    public int exitStatus() {
        return exitStatus;
    }
}
