package org.tagma.cli.kv;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.PrintableBytes;
import org.tagma.client.BftClient;
import org.tagma.client.call.ProvenValue;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.examples.kv.KeyValueStore;

/**
 * {@code tagma kv prove KEY [--out FILE]}.
 *
 * @param file where the proof goes, if it is to be kept
 */
record KvProve(String key, Optional<Path> file) {

    private static final String OUT = "--out";

    /** Reads the words of the command; empty if it is another one. */
    static Optional<KvProve> of(List<String> words) {
        if (words.isEmpty() || !words.get(0).equals("prove")) {
            return Optional.empty();
        }
        if (words.size() == 2) {
            return Optional.of(new KvProve(words.get(1), Optional.empty()));
        }
        if (words.size() == 4 && words.get(2).equals(OUT)) {
            return Optional.of(new KvProve(words.get(1), Optional.of(Path.of(words.get(3)))));
        }
        if (words.size() == 4 && words.get(1).equals(OUT)) {
            return Optional.of(new KvProve(words.get(3), Optional.of(Path.of(words.get(2)))));
        }
        throw CommandFailure.cannotRun("say: prove KEY [--out FILE]");
    }

    /** Gets the proof, which the client checks, and says what it proves. */
    int run(BftClient client, PrintWriter out) {
        ProvenValue proven = prove(client);
        String what = proven.value()
                .map(value -> PrintableBytes.of(value))
                .map(value -> PrintableBytes.of(proven.proof().proof().key()) + " = " + value)
                .orElse(PrintableBytes.of(proven.proof().proof().key()) + " is not there");
        file.ifPresent(path -> write(path, proven));
        out.println("proved: " + what + ", after batch " + proven.sequence()
                + file.map(path -> "; written to " + path).orElse(""));
        out.flush();
        return ExitStatus.OK;
    }

    private ProvenValue prove(BftClient client) {
        try {
            return client.prove(KeyValueStore.stateKey(key)).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            int status = cause instanceof RequestTimeoutException ? ExitStatus.NO_ANSWER : ExitStatus.UNSUCCESSFUL;
            throw new CommandFailure(status, "no proof: " + cause.getMessage(), cause);
        }
    }

    private static void write(Path path, ProvenValue proven) {
        try {
            Files.write(path, proven.proof().encode().toByteArray());
        } catch (IOException e) {
            throw CommandFailure.cannotRun("cannot write " + path + ": " + e.getMessage(), e);
        }
    }
}
