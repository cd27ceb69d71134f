package org.tagma.cli.kv;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.examples.kv.KeyValueStore;

class BatchTest {
    private final ObjectMapper json = new ObjectMapper();

    /** A store in this process, that answers at once. */
    private static Function<KvRequest, CompletableFuture<KvAnswer>> store() {
        KeyValueClient client = new KeyValueClient(new LocalCalls(new KeyValueStore()));
        return request -> request.send(client);
    }

    @Test
    void answersEachLineWithItsNumber() throws Exception {
        List<JsonNode> lines = run(store(), """
                put k "two words"

                # a comment
                get k
                get other
                cas k "two words" x
                cas k y z
                incr n
                incr n -5
                del k
                del k
                scan n
                """);

        assertThat(lines.stream().map(line -> line.get("line").asInt()))
                .containsExactly(1, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        assertThat(lines)
                .allMatch(
                        line -> line.get("ok").asBoolean() && line.get("micros").asLong() >= 0);
        assertThat(lines.get(0).get("op").asText()).isEqualTo("put");
        assertThat(lines.get(0).get("key").asText()).isEqualTo("k");
        assertThat(lines.get(1).get("value").asText()).isEqualTo("two words");
        assertThat(lines.get(2).get("value").isNull()).isTrue();
        assertThat(lines.get(3).get("swapped").asBoolean()).isTrue();
        assertThat(lines.get(3).get("value").asText()).isEqualTo("x");
        assertThat(lines.get(4).get("swapped").asBoolean()).isFalse();
        assertThat(lines.get(4).get("value").asText()).isEqualTo("x");
        assertThat(lines.get(5).get("value").asLong()).isEqualTo(1);
        assertThat(lines.get(6).get("value").asLong()).isEqualTo(-4);
        assertThat(lines.get(7).get("value").asBoolean()).isTrue();
        assertThat(lines.get(8).get("value").asBoolean()).isFalse();
        assertThat(lines.get(9).get("value").get("n").asText()).isEqualTo("-4");
    }

    @Test
    void goesOnAfterAMalformedLine() throws Exception {
        List<JsonNode> lines = run(store(), "frob\nput \"k\nput k v\n");

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0).get("error").asText()).isEqualTo("malformed");
        assertThat(lines.get(1).get("error").asText()).isEqualTo("malformed");
        assertThat(lines.get(1).get("line").asInt()).isEqualTo(2);
        assertThat(lines.get(1).get("unknown").asBoolean()).isFalse();
        assertThat(lines.get(2).get("ok").asBoolean()).isTrue();
    }

    @Test
    void goesOnAfterBytesThatAreNoUtf8AndALineThatIsTooLong() throws Exception {
        ByteArrayOutputStream input = new ByteArrayOutputStream();
        input.write(new byte[] {'g', 'e', 't', ' ', (byte) 0xff, '\n'});
        input.write("x".repeat(Batch.MAX_LINE_BYTES + 1).getBytes(StandardCharsets.UTF_8));
        input.write("\r\nput é ü\r\n".getBytes(StandardCharsets.UTF_8));

        List<JsonNode> lines = run(store(), 1, new ByteArrayInputStream(input.toByteArray()));

        assertThat(lines.get(0).get("message").asText()).contains("not UTF-8");
        assertThat(lines.get(1).get("message").asText()).contains("has more than");
        assertThat(lines.get(2).get("key").asText()).isEqualTo("é");
        assertThat(lines.get(2).get("value").asText()).isEqualTo("ü");
    }

    @Test
    void saysWhatFailedAndWhetherItMayHaveHappened() throws Exception {
        List<JsonNode> refused = run(store(), "put k text\nincr k\n");
        List<JsonNode> tooLarge = run(
                request -> {
                    throw new IllegalArgumentException("too large");
                },
                "put k v\n");

        assertThat(refused.get(1).get("ok").asBoolean()).isFalse();
        assertThat(tooLarge.get(0).get("error").asText()).isEqualTo("refused");
        assertThat(tooLarge.get(0).get("unknown").asBoolean()).isFalse();
        assertThat(tooLarge.get(0).get("op").asText()).isEqualTo("put");
    }

    @Test
    void hasNoMoreUnderWayThanAllowedAndWritesInTheOrderOfCompletion() throws Exception {
        BlockingQueue<CompletableFuture<KvAnswer>> underWay = new LinkedBlockingQueue<>();
        String input = "put a 1\nput b 2\nput c 3\n";
        CompletableFuture<List<JsonNode>> lines = CompletableFuture.supplyAsync(() -> runUnchecked(
                request -> {
                    CompletableFuture<KvAnswer> answer = new CompletableFuture<>();
                    underWay.add(answer);
                    return answer;
                },
                2,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))));
        CompletableFuture<KvAnswer> first = underWay.poll(10, TimeUnit.SECONDS);
        CompletableFuture<KvAnswer> second = underWay.poll(10, TimeUnit.SECONDS);
        assertThat(underWay.poll(100, TimeUnit.MILLISECONDS)).isNull();

        second.complete(new KvAnswer.Stored("2"));
        CompletableFuture<KvAnswer> third = underWay.poll(10, TimeUnit.SECONDS);
        while (third.getNumberOfDependents() == 0) {
            // It was sent, but the batch may not have begun to wait for it.
            Thread.onSpinWait();
        }
        third.complete(new KvAnswer.Stored("3"));
        first.complete(new KvAnswer.Stored("1"));

        assertThat(lines.get(10, TimeUnit.SECONDS).stream()
                        .map(line -> line.get("line").asInt()))
                .containsExactly(2, 3, 1);
    }

    private List<JsonNode> run(Function<KvRequest, CompletableFuture<KvAnswer>> sender, String input) throws Exception {
        return run(sender, 1, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
    }

    private List<JsonNode> runUnchecked(
            Function<KvRequest, CompletableFuture<KvAnswer>> sender, int concurrency, InputStream input) {
        try {
            return run(sender, concurrency, input);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private List<JsonNode> run(
            Function<KvRequest, CompletableFuture<KvAnswer>> sender, int concurrency, InputStream input)
            throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(output, false, StandardCharsets.UTF_8);
        assertThat(new Batch(sender, concurrency, printed).run(input)).isTrue();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : output.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(json.readTree(line));
        }
        return lines;
    }
}
