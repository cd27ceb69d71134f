package org.tagma.client.internal;

import org.tagma.client.internal.ReplyTally.Answer;
import org.tagma.core.protocol.ClientMessage.Reply;

/**
 * Counts, for one query, how many replicas gave the same answer as of one and the same batch. Each says from which
 * batch on, and up to which, its answer has been what it is.
 *
 * <p>That the answers are the same does not suffice: replicas that are at different batches may give the same answer,
 * of which one was overwritten meanwhile and came back. If a quorum gave the answer as of one batch m, any acknowledged
 * operation, which a quorum has executed too, had been executed at m by a correct replica of both quorums, or that
 * replica had answered before.
 *
 * <p>Of each replica the first answer counts. Not thread-safe.
 */
public final class QueryTally {

    private record Given(Answer answer, long since, long until) {

        boolean holdsAt(long batch) {
            return since <= batch && batch <= until;
        }
    }

    private final Given[] given;

    public QueryTally(int replicas) {
        given = new Given[replicas];
    }

    /**
     * Counts an answer.
     *
     * @return how many replicas now agree on it as of one batch
     */
    public int add(Reply reply) {
        Given added = new Given(Answer.of(reply.status(), reply.result()), reply.since(), reply.until());
        if (given[reply.replica()] != null) {
            return 0;
        }
        given[reply.replica()] = added;
        return mostThatAgree(added.answer);
    }

    /** The most replicas that agree on any answer as of one batch. */
    public int best() {
        int best = 0;
        for (Given each : given) {
            best = each == null ? best : Math.max(best, mostThatAgree(each.answer));
        }
        return best;
    }

    /** Where most intervals overlap, one of them begins. */
    private int mostThatAgree(Answer answer) {
        int most = 0;
        for (Given first : given) {
            if (first != null && first.answer.equals(answer)) {
                most = Math.max(most, agreeAt(first.since, answer));
            }
        }
        return most;
    }

    private int agreeAt(long batch, Answer answer) {
        int agree = 0;
        for (Given each : given) {
            if (each != null && each.answer.equals(answer) && each.holdsAt(batch)) {
                agree++;
            }
        }
        return agree;
    }
}
