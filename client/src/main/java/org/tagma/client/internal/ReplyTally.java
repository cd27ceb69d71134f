package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;

/**
 * Counts, for one request, how many distinct replicas gave the same answer.
 *
 * <p>A correct replica may answer one request differently over time (the result, and after a long while that the reply
 * was evicted), and a reply may be lost, so each replica's last few answers are kept and each counts for itself. That
 * is safe: an answer is believed when f+1 replicas gave it, so a correct one did. It is bounded: a chatty liar only
 * overwrites itself.
 *
 * <p>Not thread-safe.
 */
public final class ReplyTally {

    /** How many different answers of one replica are remembered. */
    private static final int ANSWERS_KEPT = 4;

    /** Results up to this many bytes are kept as they are, longer ones as their digest: a liar's may be megabytes. */
    private static final int INLINE_BYTES = Digest.LENGTH;

    /** Two replies that agree in these match: their session, kind and number were matched before. */
    public record Answer(ReplyStatus status, int resultBytes, ByteString fingerprint) {
        static Answer of(ReplyStatus status, ByteString result) {
            // Copied, because a slice would keep the whole received frame alive.
            ByteString fingerprint = result.size() <= INLINE_BYTES
                    ? ByteString.copyFrom(result.toByteArray())
                    : Digest.of(result).bytes();
            return new Answer(status, result.size(), fingerprint);
        }
    }

    private final Answer[][] answers;
    private final int[] given;

    public ReplyTally(int replicas) {
        answers = new Answer[replicas][];
        given = new int[replicas];
    }

    /**
     * Counts an answer.
     *
     * @return how many replicas now agree on it, or 0 if this replica had given it before
     */
    public int add(int replica, ReplyStatus status, ByteString result) {
        Answer answer = Answer.of(status, result);
        if (hasGiven(replica, answer)) {
            return 0;
        }
        if (answers[replica] == null) {
            answers[replica] = new Answer[ANSWERS_KEPT];
        }
        answers[replica][given[replica]++ % ANSWERS_KEPT] = answer;
        return supporters(answer);
    }

    /** The most replicas that agree on any answer. */
    public int best() {
        int best = 0;
        for (Answer[] ofReplica : answers) {
            if (ofReplica != null) {
                for (Answer answer : ofReplica) {
                    best = answer == null ? best : Math.max(best, supporters(answer));
                }
            }
        }
        return best;
    }

    private int supporters(Answer answer) {
        int supporters = 0;
        for (int replica = 0; replica < answers.length; replica++) {
            if (hasGiven(replica, answer)) {
                supporters++;
            }
        }
        return supporters;
    }

    private boolean hasGiven(int replica, Answer answer) {
        if (answers[replica] != null) {
            for (Answer other : answers[replica]) {
                if (answer.equals(other)) {
                    return true;
                }
            }
        }
        return false;
    }
}
