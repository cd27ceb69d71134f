package org.tagma.core.life;

import java.util.Arrays;
import java.util.List;
import org.tagma.core.protocol.LifeMessage.LifeQuery;
import org.tagma.core.protocol.LifeMessage.LifeReply;
import org.tagma.core.protocol.LifeMessage.Position;
import org.tagma.core.protocol.LifeRecord.KnownLives;
import org.tagma.core.protocol.LifeRecord.Life;

/** What a replica knows of the lives of the others, and tells each of them when it asks. */
final class OtherLives {

    private final Life[] latest;
    private final Position[] said;

    /** One new life of a replica in a tick: each is a durable write, and a liar may begin as many as it likes. */
    private final boolean[] begunInThisTick;

    OtherLives(int replicas) {
        latest = new Life[replicas];
        said = new Position[replicas];
        begunInThisTick = new boolean[replicas];
        Arrays.fill(latest, Life.NONE);
        Arrays.fill(said, Position.START);
    }

    void restore(KnownLives known) {
        for (int replica = 0; replica < Math.min(latest.length, known.lives().size()); replica++) {
            latest[replica] = known.lives().get(replica);
        }
    }

    void onTick() {
        Arrays.fill(begunInThisTick, false);
    }

    void heard(int replica, Position position) {
        said[replica] = position;
    }

    /**
     * Whether the question tells of a life that is new here; then {@link #known} is to be made durable before the
     * answer.
     */
    boolean note(int replica, LifeQuery query) {
        if (query.incarnation() <= latest[replica].incarnation() || begunInThisTick[replica]) {
            return false;
        }
        begunInThisTick[replica] = true;
        latest[replica] = new Life(query.incarnation(), query.nonce());
        return true;
    }

    KnownLives known() {
        return new KnownLives(List.of(latest));
    }

    LifeReply answer(int replica, LifeQuery query) {
        return new LifeReply(query.nonce(), latest[replica], said[replica]);
    }

    long stateHash() {
        return Arrays.hashCode(latest);
    }
}
