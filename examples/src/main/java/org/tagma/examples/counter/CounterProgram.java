package org.tagma.examples.counter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import org.tagma.Tagma;
import org.tagma.client.BftClient;
import org.tagma.replica.ReplicaServer;

/**
 * Runs a replica of the {@link Counter}, {@code replica FOLDER ID}, or has it do something, {@code call FOLDER
 * OPERATION}.
 */
public final class CounterProgram {

    private CounterProgram() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        if (arguments[0].equals("replica")) {
            try (ReplicaServer replica = Tagma.replica(folder, Integer.parseInt(arguments[2]), new Counter())) {
                replica.awaitTermination();
            }
        } else {
            try (BftClient client = Tagma.client(folder, 0)) {
                byte[] answer = client.invoke(arguments[2].getBytes(UTF_8)).join();
                System.out.println(new String(answer, UTF_8));
            }
        }
    }
}
