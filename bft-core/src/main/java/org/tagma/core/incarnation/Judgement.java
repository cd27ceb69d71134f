package org.tagma.core.incarnation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;

/** What the others answered, and what follows from it for the disk. */
final class Judgement {

    private final IncarnationConfig config;
    private final IncarnationEvidence evidence;
    private final IncarnationReply[] replies;

    Judgement(IncarnationConfig config, IncarnationEvidence evidence) {
        this.config = config;
        this.evidence = evidence;
        this.replies = new IncarnationReply[config.replicas()];
    }

    void heard(int sender, IncarnationReply reply) {
        replies[sender] = reply;
    }

    boolean isComplete() {
        return Arrays.stream(replies).filter(Objects::nonNull).count() >= config.answersNeeded();
    }

    /** Whether a replica knows this incarnation, and no later one. */
    boolean knows(int replica, Incarnation incarnation) {
        return replies[replica] != null && replies[replica].incarnation().equals(incarnation);
    }

    /**
     * Those who know of a later incarnation than the last one on the disk, or of another one with its number; or, if it
     * is certain that the last one is all on the disk, who heard more from it than the disk knows.
     */
    List<Integer> contradicting(Incarnation onDisk, Position position, boolean whole) {
        List<Integer> contradicting = new ArrayList<>();
        for (int replica = 0; replica < replies.length; replica++) {
            IncarnationReply reply = replies[replica];
            if (reply != null
                    && (isAfter(reply.incarnation(), onDisk)
                            || (whole && evidence.isBehind(position, reply.position())))) {
                contradicting.add(replica);
            }
        }
        return contradicting;
    }

    /** Those who know of another incarnation than this one that is not before it. */
    List<Integer> contradictingIncarnation(Incarnation present) {
        return contradicting(present, Position.START, false);
    }

    private static boolean isAfter(Incarnation known, Incarnation onDisk) {
        return known.number() > onDisk.number()
                || (known.number() == onDisk.number() && known.nonce() != onDisk.nonce());
    }

    /** Whether so many say so that one of them is to be believed. */
    boolean suffices(List<Integer> contradicting) {
        return contradicting.size() >= config.claimsNeeded();
    }

    /** The highest incarnation that so many know, or a later one, that one of them is to be believed. */
    long knownIncarnation() {
        long[] descending = Arrays.stream(replies)
                .mapToLong(reply -> reply == null ? 0 : -reply.incarnation().number())
                .sorted()
                .toArray();
        return -descending[config.claimsNeeded() - 1];
    }
}
