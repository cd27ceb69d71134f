package org.tagma.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code tagma kv --batch} in a process of its own, as another program would drive it. */
final class BatchProcess implements AutoCloseable {
    private final ObjectMapper json = new ObjectMapper();
    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    /** @param options more options of {@code tagma kv} */
    BatchProcess(Path cluster, int client, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                TagmaCommand.class.getName(),
                "kv",
                "--dir",
                cluster.toString(),
                "--client",
                Integer.toString(client),
                "--batch"));
        command.addAll(List.of(options));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Sends a command and waits for its answer. */
    JsonNode ask(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        return json.readTree(answers.readLine());
    }

    /** Ends the input, and gives the exit status. */
    int finish() throws IOException, InterruptedException {
        commands.close();
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
