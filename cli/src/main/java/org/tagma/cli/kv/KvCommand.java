package org.tagma.cli.kv;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.FolderOption;
import org.tagma.client.BftClient;
import org.tagma.client.call.ClientOptions;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.protocol.FaultModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tagma kv}. */
@Command(
        name = "kv",
        description = "Reads and changes the replicated key-value store.",
        customSynopsis = {
            "tagma kv --dir DIR [OPTIONS] COMMAND",
            "       tagma kv --dir DIR [OPTIONS] [--concurrency N] --batch"
        },
        footer = {
            "",
            "Commands:",
            "  put KEY VALUE       set a key",
            "  get KEY             read a key",
            "  cas KEY OLD NEW     set a key to NEW if it is there with the value OLD",
            "  incr KEY [DELTA]    add DELTA, or 1, to a number; no such key counts as 0",
            "  del KEY             remove a key",
            "  scan PREFIX         read the first 1000 entries whose keys begin with PREFIX",
            "  prove KEY [--out FILE]",
            "                      have one replica prove the value of a key at the",
            "                      last checkpoint, and check the proof; FILE convinces",
            "                      others, see `tagma verify`. Not with --batch",
            "",
            "With --batch, commands come from standard input, one a line, in UTF-8. Words are separated by spaces; a"
                    + " word in double quotes is read as a JSON string: \"two words\", \"\", \"line\\nbreak\","
                    + " \"\\u00e9\". Empty lines and lines that begin with # are skipped. Each command gives one JSON"
                    + " line when it has completed:",
            "  {\"line\":1,\"op\":\"put\",\"key\":\"k\",\"ok\":true,\"value\":\"v\",\"micros\":812}",
            "  {\"line\":2,\"op\":\"incr\",\"key\":\"k\",\"ok\":false,\"error\":\"timeout\",",
            "   \"message\":...,\"unknown\":true}",
            "The value is: of put the value set; of get the value, or null; of cas the value now, or null (swapped says"
                    + " whether it is the new one); of incr the sum; of del whether the key was there; of scan an"
                    + " object.",
            "The error is malformed, rejected, refused, timeout, overloaded, session-expired, failed, reply-evicted,"
                    + " stale-number or closed. unknown says that the command may have been carried out all the same,"
                    + " or may yet be.",
            "Several of these may run at once with one key.",
            "",
            "Exit status: 0 done; 1 refused, not swapped, or no such key; 3 no answer in time. With --batch, 0 once"
                    + " every line has been dealt with."
        },
        sortOptions = false)
public final class KvCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FolderOption folderOption;

    @Option(
            names = "--client",
            paramLabel = "N",
            defaultValue = "0",
            description = "The client to be (default: ${DEFAULT-VALUE}).")
    private int client;

    @Option(
            names = "--deadline",
            paramLabel = "MILLIS",
            description = "When to give up (default: clientDeadlineMillis of cluster.yaml).")
    private Long deadlineMillis;

    @Option(
            names = "--read-from",
            paramLabel = "N",
            description =
                    "Where replicas do not lie: ask replica N for what get and scan read, and others only if it cannot"
                            + " answer"
                            + " (default: the leader).")
    private Integer readFrom;

    @Option(names = "--batch", description = "Take commands from standard input.")
    private boolean batch;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --batch: how many commands may be under way (default: ${DEFAULT-VALUE}, one by one).")
    private int concurrency;

    @Parameters(arity = "0..*", paramLabel = "COMMAND", hidden = true)
    private List<String> words = List.of();

    KvCommand() {}

    @Override
    public Integer call() throws ClusterFileException, KeyFileException, IOException, InterruptedException {
        if (batch && !words.isEmpty()) {
            throw CommandFailure.cannotRun(
                    "with --batch, commands come from standard input; leave out: " + String.join(" ", words));
        }
        if (!batch && concurrency != 1) {
            throw CommandFailure.cannotRun("--concurrency is for --batch");
        }
        Optional<KvProve> prove = KvProve.of(words);
        KvRequest request = batch || prove.isPresent() ? null : requestOf(words);
        ClusterFolder folder = folderOption.folder();
        ClusterConfig config = batch ? folder.config() : folder.config().forFewSignatures();
        ClientOptions options = options(config);
        NodeKeys keys = folder.clientKeys(client);
        try (BftClient connection =
                BftClient.builder(config, client).keys(keys).options(options).build()) {
            if (prove.isPresent()) {
                return prove.get().run(connection, spec.commandLine().getOut());
            }
            KeyValueClient store = new KeyValueClient(connection);
            return batch ? runBatch(store) : runOne(store, request, folder);
        }
    }

    private static KvRequest requestOf(List<String> words) {
        try {
            return KvRequest.of(words);
        } catch (MalformedCommandException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    private ClientOptions options(ClusterConfig config) {
        int most = config.limits().sessionPipeline();
        if (concurrency < 1 || concurrency > most) {
            throw CommandFailure.cannotRun("--concurrency must be from 1 to " + most
                    + ", the sessionPipeline of the cluster, not " + concurrency);
        }
        if (deadlineMillis != null && deadlineMillis < 1) {
            throw CommandFailure.cannotRun("--deadline must be at least 1 millisecond, not " + deadlineMillis);
        }
        long deadline = deadlineMillis == null ? config.timeouts().clientDeadlineMillis() : deadlineMillis;
        ClientOptions options =
                new ClientOptions(deadline, config.timeouts().clientRetryMillis(), concurrency, concurrency);
        return readFrom == null ? options : options.readingFrom(reader(config));
    }

    private int reader(ClusterConfig config) {
        if (config.protocol().faultModel() == FaultModel.BYZANTINE) {
            throw CommandFailure.cannotRun("--read-from is for protocols without liars: under "
                    + config.protocol().name() + " a single replica could lie, so reads ask all of them");
        }
        if (readFrom < 0 || readFrom >= config.replicaCount()) {
            throw CommandFailure.cannotRun(
                    "--read-from: there is no replica " + readFrom + "; there are 0 to " + (config.replicaCount() - 1));
        }
        return readFrom;
    }

    private int runBatch(KeyValueClient store) throws IOException, InterruptedException {
        // Not System.out, which is in whatever encoding the locale has.
        PrintStream output = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        if (!new Batch(request -> request.send(store), concurrency, output).run(System.in)) {
            throw CommandFailure.cannotRun("nobody reads the output any more; the remaining commands were not sent");
        }
        return ExitStatus.OK;
    }

    private int runOne(KeyValueClient store, KvRequest request, ClusterFolder folder) {
        KvAnswer answer;
        try {
            answer = request.send(store).join();
        } catch (CompletionException | IllegalArgumentException e) {
            throw failure(KvFailure.of(e), folder, e);
        }
        PrintWriter out = answer.successful()
                ? spec.commandLine().getOut()
                : spec.commandLine().getErr();
        out.println(answer.text());
        out.flush();
        return answer.successful() ? ExitStatus.OK : ExitStatus.UNSUCCESSFUL;
    }

    private static CommandFailure failure(KvFailure failure, ClusterFolder folder, Exception cause) {
        if (!failure.isNoAnswer()) {
            return new CommandFailure(ExitStatus.UNSUCCESSFUL, failure.message(), cause);
        }
        String known = failure.unknown() ? "; it may have been carried out all the same, or may yet be" : "";
        String message = "no answer from the cluster: " + failure.message() + known + "; see `tagma status --dir "
                + folder.root() + "`";
        return new CommandFailure(ExitStatus.NO_ANSWER, message, cause);
    }
}
