package org.tagma.cli.common;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.tagma.network.cluster.ClusterFolder;

/**
 * A replica in an operating-system process of its own, of the same Java and the same classes as this one. It ends when
 * this process ends, however that happens: its standard input is a pipe from here.
 *
 * <p>Thread-safe.
 */
public final class ReplicaProcess {
    /** By its name, since it stands above this package. */
    private static final String COMMAND = "org.tagma.cli.TagmaCommand";

    private static final long STOP_MILLIS = 5_000;

    private final int id;
    private final Path log;
    private final Process process;

    private ReplicaProcess(int id, Path log, Process process) {
        this.id = id;
        this.log = log;
        this.process = process;
    }

    /**
     * Starts a replica.
     *
     * @param log where all it says is appended
     * @param options more options of {@code tagma replica}
     */
    public static ReplicaProcess start(ClusterFolder folder, int id, Path log, List<String> options)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(inheritedJavaOptions());
        // Several of them share a small machine: little memory, and no thread that only collects garbage.
        command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(COMMAND, "replica", "--until-input-ends"));
        command.addAll(List.of("--dir", folder.root().toString(), "--id", Integer.toString(id)));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new ReplicaProcess(id, log, process);
    }

    /**
     * What newer Java versions want to be told about native code, and how far code is compiled; nothing that concerns
     * memory or debugging.
     */
    private static List<String> inheritedJavaOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> Stream.of("--enable-native-access", "--sun-misc-unsafe", "-XX:TieredStopAtLevel=")
                        .anyMatch(option::startsWith))
                .toList();
    }

    public int id() {
        return id;
    }

    /** Where it writes what it has to say. */
    public Path log() {
        return log;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends its standard input, as the end of this process would. */
    public void closeInput() throws IOException {
        process.getOutputStream().close();
    }

    /** Asks it to stop (SIGTERM). */
    public void requestStop() {
        process.destroy();
    }

    /** Waits until it has stopped, for a while; then kills it. Returns its exit status. */
    public int awaitStop() {
        boolean interrupted = false;
        try {
            if (!process.waitFor(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            interrupted = true;
            process.destroyForcibly();
        }
        int status = process.onExit().join().exitValue();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return status;
    }

    /** Waits until it has ended by itself; then gives its exit status. */
    public int awaitExit() {
        return process.onExit().join().exitValue();
    }

    /** Makes it stand still (SIGSTOP), without its knowing. */
    public void pause() throws IOException {
        signal("STOP");
    }

    /** Lets it go on (SIGCONT). */
    public void resume() throws IOException {
        signal("CONT");
    }

    private void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        int status = kill.onExit().join().exitValue();
        if (status != 0) {
            throw new IOException("cannot send SIG" + name + " to replica " + id + ": kill says " + status);
        }
    }

    /** Ends it at once (SIGKILL), as a failing machine would, and waits until it has gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
