package org.tagma.cli.common;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A file that a command is to write in the end. */
public final class OutputFile {

    private OutputFile() {}

    /**
     * Refuses a file that cannot be written, before the work is done whose result it is to hold.
     *
     * @param file empty if the option was not given
     */
    public static void requireWritable(String option, Optional<Path> file) {
        if (file.isPresent() && !isWritable(file.get())) {
            throw CommandFailure.cannotRun(option + ": " + file.get() + " cannot be written");
        }
    }

    private static boolean isWritable(Path file) {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(file);
        return Files.exists(file)
                ? Files.isWritable(file) && !Files.isDirectory(file)
                : Files.isDirectory(folder) && Files.isWritable(folder);
    }
}
