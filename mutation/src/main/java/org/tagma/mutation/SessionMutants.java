package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in what is kept for clients, and for how long. */
final class SessionMutants {

    private static final String TABLE = "core/service/SessionTable";
    private static final String BUDGET = "service.ReplyBudgetTest#";
    private static final String LARGE =
            BUDGET + "aClientThatHasAThousandLargeAnswersKeepsNoMoreThanItsBytesAndCostsNobodyElseAReply";
    private static final String IDLE =
            BUDGET + "aSessionThatWasIdleForTooLongByAgreedTimeEndsAndNothingOfItIsExecutedAgain";

    static final List<Mutant> ALL = List.of(
            of(
                    "of a reply that is kept, the result is not counted",
                    "36",
                    TABLE,
                    "count(client, reply.bytes());\n    }\n\n    private void count",
                    "count(client, REPLY_OVERHEAD_BYTES);\n    }\n\n    private void count",
                    LARGE),
            of(
                    "a client's bytes have no bound",
                    "36",
                    TABLE,
                    "while (active.bytes > limits.replyBytesPerClient() && dropOldest(active)) {}",
                    "",
                    LARGE),
            of(
                    "the lightest pays",
                    "36",
                    TABLE,
                    ".max(Comparator.comparingLong((ClientSessions client) -> client.bytes))",
                    ".min(Comparator.comparingLong((ClientSessions client) -> client.bytes))",
                    BUDGET + "whenAllClientsTogetherHaveTooMuchTheHeaviestLoseTheirOldest"),
            of(
                    "an acknowledgement is believed above what was executed",
                    "36",
                    TABLE,
                    "dropThrough(client, session, number - limits.sessionPipeline());",
                    "dropThrough(client, session, Math.max(number - limits.sessionPipeline(), request.acknowledged()"
                            + " + 1));",
                    BUDGET + "whatAClientSaysItHasIsKeptNoLonger"),
            of(
                    "a request whose reply is gone is executed again",
                    "36",
                    TABLE,
                    "return request.number() == session.nextNumber() ? new Handling.Execute()",
                    "return !session.replies.containsKey(request.number()) ? new Handling.Execute()",
                    LARGE),
            of(
                    "the newest session is forgotten when it ends",
                    "16",
                    TABLE,
                    "client.highestEnded = Math.max(client.highestEnded, session.id.session());",
                    "client.newestSession = 0;",
                    IDLE),
            of(
                    "sessions end by a replica's own clock",
                    "24",
                    TABLE,
                    "nowMillis = agreedMillis;",
                    "nowMillis = System.currentTimeMillis();",
                    IDLE));

    private SessionMutants() {}
}
