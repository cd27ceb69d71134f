package org.tagma.cli.kv;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Commands from an input, a line each, to an output, a JSON line each, in the order in which they complete. Empty lines
 * and lines that begin with # are skipped, but counted.
 */
final class Batch {
    /** An operation of the largest size a cluster usually takes, each byte of it written as an escape. */
    static final int MAX_LINE_BYTES = 8 << 20;

    private final Function<KvRequest, CompletableFuture<KvAnswer>> sender;
    private final int concurrency;
    private final Semaphore room;
    private final PrintStream output;

    /**
     * Writes, so that a reader who is slow does not stop the client's thread, which has replies to read and requests to
     * repeat.
     */
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "tagma-kv-output");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * @param sender has a command carried out
     * @param concurrency how many commands may be under way, at least 1
     */
    Batch(Function<KvRequest, CompletableFuture<KvAnswer>> sender, int concurrency, PrintStream output) {
        this.sender = sender;
        this.concurrency = concurrency;
        this.room = new Semaphore(concurrency);
        this.output = output;
    }

    /**
     * Runs until the input has ended and all commands have completed, or nobody reads the output any more.
     *
     * @return whether everything could be written
     */
    boolean run(InputStream input) throws IOException, InterruptedException {
        LineReader lines = new LineReader(input, MAX_LINE_BYTES);
        boolean more = true;
        for (long number = 1; more && !output.checkError(); number++) {
            more = oneLine(lines, number);
        }
        room.acquire(concurrency);
        writer.shutdown();
        writer.awaitTermination(1, TimeUnit.MINUTES);
        return !output.checkError();
    }

    /** Returns false at the end of the input. */
    private boolean oneLine(LineReader lines, long number) throws IOException, InterruptedException {
        try {
            Optional<String> line = lines.next();
            if (line.isEmpty()) {
                return false;
            }
            String text = line.get().strip();
            if (!text.isEmpty() && text.charAt(0) != '#') {
                send(number, KvRequest.of(CommandWords.split(text)));
            }
        } catch (MalformedCommandException e) {
            room.acquire();
            write(JsonLines.malformed(number, e.getMessage()));
        }
        return true;
    }

    private void send(long number, KvRequest request) throws InterruptedException {
        room.acquire();
        long begin = System.nanoTime();
        CompletableFuture<KvAnswer> answer;
        try {
            answer = sender.apply(request);
        } catch (IllegalArgumentException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((done, failure) -> {
            long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begin);
            write(
                    failure == null
                            ? JsonLines.answer(number, request, done, micros)
                            : JsonLines.failure(number, request, KvFailure.of(failure), micros));
        });
    }

    private void write(String line) {
        writer.execute(() -> {
            output.println(line);
            output.flush();
            room.release();
        });
    }
}
