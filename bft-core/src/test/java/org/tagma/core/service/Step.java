package org.tagma.core.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * A request relative to where its client stands, so that lanes get long and old numbers are replayed often.
 *
 * @param sessionOffset added to the client's newest session
 * @param numberOffset added to the number that comes next
 * @param unacknowledged how many of the numbers before have replies that the client does not say it has; -1 for all
 */
record Step(int client, int sessionOffset, int numberOffset, boolean isFifo, int unacknowledged) {

    Step(int client, int sessionOffset, int numberOffset, boolean isFifo) {
        this(client, sessionOffset, numberOffset, isFifo, -1);
    }

    Request against(List<SessionProgress> progress) {
        long newest = progress.stream()
                .map(SessionProgress::session)
                .filter(id -> id.client() == client)
                .mapToLong(SessionId::session)
                .max()
                .orElse(1);
        SessionId id = new SessionId(client, newest + sessionOffset);
        SessionProgress lanes = progress.stream()
                .filter(one -> one.session().equals(id))
                .findFirst()
                .orElse(new SessionProgress(id, 1, 0));
        return isFifo
                ? acknowledging(Requests.fifo(client, id.session(), lanes.nextNumber() + numberOffset))
                : Requests.atMostOnce(client, id.session(), lanes.lastUnordered() + 1 + numberOffset);
    }

    private Request acknowledging(Request request) {
        long acknowledged = unacknowledged < 0 ? 0 : request.number() - 1 - unacknowledged;
        return acknowledged <= 0 ? request : Requests.acknowledging(request, acknowledged);
    }

    /** A batch of some random steps. */
    static Batch randomBatch(Random random, List<SessionProgress> progress) {
        List<Request> requests = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            int session = pick(random, 0, 0, 0, 0, 0, 0, 1, -1, -1, -3);
            int number = pick(random, 0, 0, 0, 0, 1, 2, -1, -2, -9);
            requests.add(new Step(random.nextInt(3), session, number, random.nextInt(4) != 0, random.nextInt(4) - 1)
                    .against(progress));
        }
        return Batch.of(random.nextInt(1000), requests);
    }

    private static int pick(Random random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
