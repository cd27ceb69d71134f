package example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.Tagma;
import org.tagma.client.BftClient;
import org.tagma.client.call.RejectedException;
import org.tagma.replica.ReplicaServer;

class CounterTest {

    @Test
    void aCounterOfFourReplicasGoesOnWithoutOneOfThem(@TempDir Path folder) throws Exception {
        Tagma.makeCluster(folder, "pbft", 4);
        List<ReplicaServer> replicas = new ArrayList<>();
        try (BftClient client = Tagma.client(folder, 0)) {
            for (int id = 0; id < 4; id++) {
                replicas.add(Tagma.replica(folder, id, new Counter()));
            }
            assertEquals("5", call(client, "5"));
            replicas.get(3).close();
            assertEquals("3", call(client, "-2"));
            assertEquals("3", new String(client.query("read".getBytes(UTF_8)).join(), UTF_8));
            CompletionException refusal = assertThrows(CompletionException.class, () -> call(client, "ten"));
            assertEquals("not-a-number", assertInstanceOf(RejectedException.class, refusal.getCause()).code());
        } finally {
            replicas.forEach(ReplicaServer::close);
        }
    }

    private static String call(BftClient client, String operation) {
        return new String(client.invoke(operation.getBytes(UTF_8)).join(), UTF_8);
    }
}
