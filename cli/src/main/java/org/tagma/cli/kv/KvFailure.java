package org.tagma.cli.kv;

import java.util.concurrent.CompletionException;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.NotLetInException;
import org.tagma.client.call.OperationFailedException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.RejectedException;
import org.tagma.client.call.ReplyEvictedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.client.call.StaleNumberException;
import org.tagma.examples.kv.KeyValueStore;

/**
 * Why a command has no answer.
 *
 * @param error a stable word, for programs
 * @param message for people
 * @param unknown whether the operation may have been executed all the same, or may yet be
 */
record KvFailure(String error, String message, boolean unknown) {

    /** A line that is no command. */
    static KvFailure malformed(String message) {
        return new KvFailure("malformed", message, false);
    }

    static KvFailure of(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (cause instanceof RejectedException rejected && !KeyValueStore.refusesWith(rejected.code())) {
            String message =
                    "the cluster does not run the key-value store: its service does not know the command, and says: "
                            + rejected.reason();
            return new KvFailure(word(rejected), message, false);
        }
        if (cause instanceof BftClientException failure) {
            return new KvFailure(word(failure), failure.getMessage(), failure.outcome() == Outcome.UNKNOWN);
        }
        if (cause instanceof IllegalArgumentException) {
            // Too large an operation; the client refuses to send it.
            return new KvFailure("refused", cause.getMessage(), false);
        }
        return new KvFailure("bug", cause.toString(), true);
    }

    /** Whether the cluster, and not the store, is the reason. */
    boolean isNoAnswer() {
        return switch (error) {
            case "timeout", "not-let-in", "overloaded", "closed", "session-expired" -> true;
            default -> false;
        };
    }

    private static String word(BftClientException failure) {
        if (failure instanceof RequestTimeoutException) {
            return "timeout";
        }
        if (failure instanceof NotLetInException) {
            return "not-let-in";
        }
        if (failure instanceof RejectedException) {
            return "rejected";
        }
        if (failure instanceof OverloadedException) {
            return "overloaded";
        }
        if (failure instanceof SessionExpiredException) {
            return "session-expired";
        }
        if (failure instanceof OperationFailedException) {
            return "failed";
        }
        if (failure instanceof ReplyEvictedException) {
            return "reply-evicted";
        }
        if (failure instanceof StaleNumberException) {
            return "stale-number";
        }
        if (failure instanceof ClientClosedException) {
            return "closed";
        }
        return "other";
    }
}
