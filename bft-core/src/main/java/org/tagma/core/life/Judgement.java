package org.tagma.core.life;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.tagma.core.protocol.LifeEvidence;
import org.tagma.core.protocol.LifeMessage.LifeReply;
import org.tagma.core.protocol.LifeMessage.Position;
import org.tagma.core.protocol.LifeRecord.Life;

/** What the others answered, and what follows from it for the disk. */
final class Judgement {

    private final LifeConfig config;
    private final LifeEvidence evidence;
    private final LifeReply[] replies;

    Judgement(LifeConfig config, LifeEvidence evidence) {
        this.config = config;
        this.evidence = evidence;
        this.replies = new LifeReply[config.replicas()];
    }

    void heard(int sender, LifeReply reply) {
        replies[sender] = reply;
    }

    boolean isComplete() {
        return Arrays.stream(replies).filter(Objects::nonNull).count() >= config.answersNeeded();
    }

    /** Whether a replica knows this life, and no later one. */
    boolean knows(int replica, Life life) {
        return replies[replica] != null && replies[replica].life().equals(life);
    }

    /**
     * Those who know of a later life than the last one on the disk, or of another one with its number; or, if it is
     * certain that the last one is all on the disk, who heard more from it than the disk knows.
     */
    List<Integer> contradicting(Life onDisk, Position position, boolean whole) {
        List<Integer> contradicting = new ArrayList<>();
        for (int replica = 0; replica < replies.length; replica++) {
            LifeReply reply = replies[replica];
            if (reply != null
                    && (isAfter(reply.life(), onDisk) || (whole && evidence.isBehind(position, reply.position())))) {
                contradicting.add(replica);
            }
        }
        return contradicting;
    }

    /** Those who know of another life than this one that is not before it. */
    List<Integer> contradictingLife(Life present) {
        return contradicting(present, Position.START, false);
    }

    private static boolean isAfter(Life known, Life onDisk) {
        return known.incarnation() > onDisk.incarnation()
                || (known.incarnation() == onDisk.incarnation() && known.nonce() != onDisk.nonce());
    }

    /** Whether so many say so that one of them is to be believed. */
    boolean suffices(List<Integer> contradicting) {
        return contradicting.size() >= config.claimsNeeded();
    }

    /** The highest incarnation that so many know, or a later one, that one of them is to be believed. */
    long knownIncarnation() {
        long[] descending = Arrays.stream(replies)
                .mapToLong(reply -> reply == null ? 0 : -reply.life().incarnation())
                .sorted()
                .toArray();
        return -descending[config.claimsNeeded() - 1];
    }
}
