package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import org.tagma.Tagma;
import org.tagma.client.BftClient;
import org.tagma.replica.ReplicaServer;

public class CounterProgram {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[1]);
        if (arguments[0].equals("replica")) {
            try (ReplicaServer replica = Tagma.replica(folder, Integer.parseInt(arguments[2]), new Counter())) {
                replica.awaitTermination();
            }
        } else {
            try (BftClient client = Tagma.client(folder, 0)) {
                System.out.println(new String(client.invoke(arguments[2].getBytes(UTF_8)).join(), UTF_8));
            }
        }
    }
}
