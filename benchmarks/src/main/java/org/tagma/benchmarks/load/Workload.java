package org.tagma.benchmarks.load;

import com.google.protobuf.ByteString;
import org.tagma.examples.kv.KeyValueOperation;

/** What the clients of a load ask for. Implementations are thread-safe. */
@FunctionalInterface
public interface Workload {

    /** How many keys each client of {@link #puts} writes. */
    int KEYS_PER_CLIENT = 128;

    /**
     * The next operation of a client.
     *
     * @param client 0 to the number of clients
     * @param number counts the operations of that client, from 0
     */
    ByteString operation(int client, long number);

    /** For replicas of a {@link NullService}: nothing, with a payload and a reply of so many bytes. */
    static Workload nothing(int payloadBytes, int replyBytes) {
        ByteString operation = NullService.operation(payloadBytes, replyBytes);
        return (client, number) -> operation;
    }

    /** For replicas of a key-value store: puts with values of so many bytes, over few keys for each client. */
    static Workload puts(int valueBytes) {
        String value = "v".repeat(valueBytes);
        return (client, number) ->
                new KeyValueOperation.Put("bench/" + client + "/" + number % KEYS_PER_CLIENT, value).encode();
    }

    /**
     * For replicas of a key-value store: each client first puts many values, each under a key of its own, and goes on
     * with {@link #puts}.
     */
    static Workload fillThenPuts(int fillingPuts, int fillingValueBytes, int valueBytes) {
        Workload puts = puts(valueBytes);
        String value = "f".repeat(fillingValueBytes);
        return (client, number) -> number < fillingPuts
                ? new KeyValueOperation.Put("fill/" + client + "/" + number, number + value).encode()
                : puts.operation(client, number);
    }
}
