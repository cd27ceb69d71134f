package org.tagma.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** Runs the command in this process, and keeps what it says. */
public final class Tagma {

    /** What came of it. */
    public record Result(int status, String out, String err) {

        /** The lines of the error stream. */
        public List<String> errorLines() {
            return err.lines().toList();
        }
    }

    private Tagma() {}

    public static Result run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine tagma = TagmaCommand.commandLine();
        tagma.setOut(new PrintWriter(out));
        tagma.setErr(new PrintWriter(err));
        int status = tagma.execute(arguments);
        return new Result(status, out.toString(), err.toString());
    }
}
