package org.tagma.core.protocol;

import java.util.Comparator;

/**
 * One session of a client: a stretch of numbered requests with one reply cache. A client may have several at once.
 *
 * <p>Immutable; ordered, so that tables of sessions iterate alike on every replica.
 *
 * @param client the client's id
 * @param session chosen by the client, greater than that of every session it opened before, at least 1
 */
public record SessionId(int client, long session) implements Comparable<SessionId> {

    private static final Comparator<SessionId> ORDER =
            Comparator.comparingInt(SessionId::client).thenComparingLong(SessionId::session);

    @Override
    public int compareTo(SessionId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return client + "/" + session;
    }
}
