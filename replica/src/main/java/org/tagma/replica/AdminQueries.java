package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.service.RejectionResult;
import org.tagma.core.service.ServiceReply;

/**
 * Questions about one replica itself. They come as ordinary queries of a client of the cluster, with operations that
 * begin with a reserved prefix, and the state machine never sees them. Each replica speaks for itself: there is nothing to
 * agree on, and an answer is no more trustworthy than the replica that gives it.
 *
 * <p>An answer is text, one {@code key=value} a line, in a fixed order.
 */
public final class AdminQueries {

    /** How every such operation begins. */
    public static final ByteString PREFIX = ByteString.copyFromUtf8("\u0000tagma-admin/");

    /**
     * Asks how the replica is: {@code replica}, {@code protocol}, {@code view}, {@code primary}, {@code mode}, {@code
     * lastCommitted}, {@code lastExecuted}, {@code stableCheckpoint}, {@code checkpoint} and {@code checkpointDigest} (the
     * newest it keeps), {@code uptimeMillis}, {@code cpuNanos}, {@code
     * compileMillis}, queues, counters.
     */
    public static final ByteString STATUS = PREFIX.concat(ByteString.copyFromUtf8("status"));

    /** Asks for {@code lastExecuted} and {@code stateDigest}, the digest of the whole state at that point. Dear. */
    public static final ByteString DIGEST = PREFIX.concat(ByteString.copyFromUtf8("digest"));

    private final Supplier<Map<String, Object>> status;
    private final ServiceExecutor executor;

    AdminQueries(Supplier<Map<String, Object>> status, ServiceExecutor executor) {
        this.status = status;
        this.executor = executor;
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

    /** The answer, if the operation is one of these; on the execution thread. */
    Optional<ServiceReply> answer(ByteString operation) {
        if (!operation.startsWith(PREFIX)) {
            return Optional.empty();
        }
        if (operation.equals(STATUS)) {
            return Optional.of(reply(describe()));
        }
        if (operation.equals(DIGEST)) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("lastExecuted", executor.lastExecuted());
            values.put("stateDigest", executor.digestNow().stateDigest().hex());
            return Optional.of(reply(values));
        }
        return Optional.of(new ServiceReply(
                ReplyStatus.REJECTED,
                new RejectionResult("unknown-admin-query", "there are status and digest").encode()));
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
