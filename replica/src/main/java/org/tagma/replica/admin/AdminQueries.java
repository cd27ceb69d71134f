package org.tagma.replica.admin;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.RejectionResult;
import org.tagma.core.service.ServiceReply;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.settings.ReplicaParts;

/**
 * Questions about one replica itself. They come as ordinary queries of a client of the cluster, with operations that
 * begin with a reserved prefix, and the state machine never sees them. Each replica speaks for itself: there is nothing
 * to agree on, and an answer is no more trustworthy than the replica that gives it.
 *
 * <p>An answer is text, one {@code key=value} a line, in a fixed order.
 */
public final class AdminQueries {

    /** How every such operation begins. */
    public static final ByteString PREFIX = ByteString.copyFromUtf8("\u0000tagma-admin/");

    /**
     * Asks how the replica is: {@code replica}, {@code protocol}, {@code view}, {@code primary}, {@code mode},
     * {@code lastCommitted}, {@code lastExecuted}, {@code stableCheckpoint}, {@code checkpoint} and
     * {@code checkpointDigest} (the newest it keeps), {@code lastExecutedAgeMillis} (-1 if it executed nothing in this
     * incarnation), {@code uptimeMillis}, {@code cpuNanos}, {@code compileMillis}, queues, counters; and what the
     * protocol adds, see {@link org.tagma.core.protocol.Protocol#details}: under Raft {@code term}, {@code role},
     * {@code leader}, {@code commitIndex}, {@code firstIndex}, {@code lastIndex}, {@code snapshotIndex},
     * {@code voters}, {@code oldVoters}, {@code learners}, {@code match.N} and {@code mode.N}.
     */
    /** In the answer to {@link #STATUS}: how many bytes of replies the replica's memory plan has room for. */
    public static final String MOST_REPLY_BYTES = "mostReplyBytes";

    public static final ByteString STATUS = PREFIX.concat(ByteString.copyFromUtf8("status"));

    /** Asks for {@code lastExecuted} and {@code stateDigest}, the digest of the whole state at that point. Dear. */
    public static final ByteString DIGEST = PREFIX.concat(ByteString.copyFromUtf8("digest"));

    private final Supplier<Map<String, Object>> status;
    private final ServiceExecutor executor;
    private final ProofQueries proofs;
    private final ReplicaParts.OperatorRules rules;
    private final int replicas;
    private final CommandChallenges challenges = new CommandChallenges();

    /**
     * Answers for one replica.
     *
     * @param rules who may send the {@linkplain OperatorCommands commands of operators}, and what they find
     * @param replicas how many the cluster has
     */
    public AdminQueries(
            Supplier<Map<String, Object>> status,
            ServiceExecutor executor,
            ProofQueries proofs,
            ReplicaParts.OperatorRules rules,
            int replicas) {
        this.status = status;
        this.executor = executor;
        this.proofs = proofs;
        this.rules = rules;
        this.replicas = replicas;
    }

    /** Reads an answer back. Lines that are none are left out. */
    public static Map<String, String> parse(ByteString answer) {
        Map<String, String> values = new LinkedHashMap<>();
        answer.toStringUtf8().lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return values;
    }

    /** Whether a query is one of these; then it is answered, now or later. On the execution thread. */
    public boolean take(Query query) {
        if (!query.operation().startsWith(PREFIX)) {
            return false;
        }
        String command = query.operation().substring(PREFIX.size()).toStringUtf8();
        if (OperatorCommands.isOne(command)) {
            carryOut(query, command);
        } else {
            executor.answer(query, answer(query.operation()));
        }
        return true;
    }

    private void carryOut(Query query, String asked) {
        int client = query.session().client();
        if (!rules.operators().contains(client)) {
            executor.answer(
                    query,
                    refused("not-an-operator", "client " + client + " is none of the operators " + rules.operators()));
            return;
        }
        if (query.operation().equals(OperatorCommands.CHALLENGE)) {
            executor.answer(query, reply(Map.of("challenge", challenges.issue(client))));
            return;
        }
        OperatorCommands.Challenged challenged = OperatorCommands.Challenged.of(asked);
        if (!challenges.use(client, challenged.challenge())) {
            executor.answer(
                    query,
                    refused(
                            "stale-command",
                            "the command answers no open challenge of this replica; it may have come before"));
            return;
        }
        String command = challenged.command();
        Optional<String> backup = OperatorCommands.backupName(command);
        if (backup.isPresent()) {
            executor.answer(query, stageBackup(backup.get()));
            return;
        }
        LongFunction<Event> question;
        try {
            question = OperatorCommands.parse(command, replicas);
        } catch (IllegalArgumentException badCommand) {
            executor.answer(query, refused("bad-command", badCommand.getMessage()));
            return;
        }
        executor.ask(question, (done, text) -> executor.answer(query, outcome(done, text)));
    }

    private ServiceReply stageBackup(String name) {
        try {
            rules.backup().stage(name);
            return outcome(true, "laid out");
        } catch (IOException e) {
            return outcome(false, String.valueOf(e.getMessage()));
        }
    }

    private static ServiceReply outcome(boolean done, String text) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("done", done);
        values.put("text", text);
        return reply(values);
    }

    private ServiceReply answer(ByteString operation) {
        if (operation.equals(STATUS)) {
            return reply(describe());
        }
        if (operation.equals(DIGEST)) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("lastExecuted", executor.lastExecuted());
            values.put("stateDigest", executor.digestNow().stateDigest().hex());
            return reply(values);
        }
        if (operation.equals(OperatorCommands.SHOW_MEMBERSHIP)) {
            return reply(membership());
        }
        if (operation.startsWith(CertifiedProof.QUESTION)) {
            return proofs.answer(operation.substring(CertifiedProof.QUESTION.size()));
        }
        return refused("unknown-admin-query", "there are status, digest, membership and transfer");
    }

    private static ServiceReply refused(String code, String message) {
        return new ServiceReply(ReplyStatus.REJECTED, new RejectionResult(code, message).encode());
    }

    /** A protocol that says nothing of its group has one that never changes: all replicas. */
    private Map<String, Object> membership() {
        Map<String, Object> all = status.get();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("protocol", all.get("protocol"));
        values.put(
                "voters",
                all.getOrDefault(
                        "voters",
                        IntStream.range(0, replicas).mapToObj(String::valueOf).collect(Collectors.joining(","))));
        values.put("oldVoters", all.getOrDefault("oldVoters", ""));
        values.put("learners", all.getOrDefault("learners", ""));
        return values;
    }

    private Map<String, Object> describe() {
        Map<String, Object> values = new LinkedHashMap<>(status.get());
        values.put("executedHere", executor.lastExecuted());
        executor.newestCheckpoint().ifPresent(checkpoint -> {
            values.put("checkpoint", checkpoint.sequence());
            values.put("checkpointDigest", checkpoint.stateDigest().hex());
        });
        return values;
    }

    private static ServiceReply reply(Map<String, Object> values) {
        StringBuilder text = new StringBuilder();
        values.forEach(
                (key, value) -> text.append(key).append('=').append(value).append('\n'));
        return new ServiceReply(ReplyStatus.OK, ByteString.copyFromUtf8(text.toString()));
    }
}
