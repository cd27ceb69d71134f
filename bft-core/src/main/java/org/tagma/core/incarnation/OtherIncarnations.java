package org.tagma.core.incarnation;

import java.util.Arrays;
import java.util.List;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;
import org.tagma.core.protocol.IncarnationRecord.KnownIncarnations;

/** What a replica knows of the incarnations of the others, and tells each of them when it asks. */
final class OtherIncarnations {

    private final Incarnation[] latest;
    private final Position[] said;

    /**
     * One new incarnation of a replica in a tick: each is a durable write, and a liar may begin as many as it likes.
     */
    private final boolean[] begunInThisTick;

    OtherIncarnations(int replicas) {
        latest = new Incarnation[replicas];
        said = new Position[replicas];
        begunInThisTick = new boolean[replicas];
        Arrays.fill(latest, Incarnation.NONE);
        Arrays.fill(said, Position.START);
    }

    void restore(KnownIncarnations known) {
        for (int replica = 0;
                replica < Math.min(latest.length, known.incarnations().size());
                replica++) {
            latest[replica] = known.incarnations().get(replica);
        }
    }

    void onTick() {
        Arrays.fill(begunInThisTick, false);
    }

    void heard(int replica, Position position) {
        said[replica] = position;
    }

    /**
     * Whether the question tells of an incarnation that is new here; then {@link #known} is to be made durable before
     * the answer.
     */
    boolean note(int replica, IncarnationQuery query) {
        if (query.incarnation() <= latest[replica].number() || begunInThisTick[replica]) {
            return false;
        }
        begunInThisTick[replica] = true;
        latest[replica] = new Incarnation(query.incarnation(), query.nonce());
        return true;
    }

    KnownIncarnations known() {
        return new KnownIncarnations(List.of(latest));
    }

    IncarnationReply answer(int replica, IncarnationQuery query) {
        return new IncarnationReply(query.nonce(), latest[replica], said[replica]);
    }

    long stateHash() {
        return Arrays.hashCode(latest);
    }
}
