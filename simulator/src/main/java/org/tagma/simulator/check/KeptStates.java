package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.Question;

/**
 * Which states a replica must have at hand for those that fetch one, and which not: those that it was not told to release, and
 * of the others the one that somebody asked for a part of its tree last, for a while. So a state that changes faster than it is
 * fetched arrives all the same, and what is kept for others is bounded. Not thread-safe.
 */
public final class KeptStates {

    /** After so many releases without a question nobody fetches any more. */
    private static final int PATIENCE_RELEASES = 32;

    private record Claim(long sequence, long atRelease) {}

    private final Findings findings;
    private final int replica;
    private final TreeMap<Long, Digest> kept = new TreeMap<>();
    private final Map<Integer, Claim> claims = new HashMap<>();
    private long releases;

    /** Those of one life of a replica. */
    public KeptStates(Findings findings, int replica) {
        this.findings = findings;
        this.replica = replica;
    }

    /** It has a state. */
    public void has(long sequence, Digest stateDigest) {
        kept.put(sequence, stateDigest);
    }

    /**
     * It may let go of the states below a sequence number.
     *
     * @param onDisk how many it has on its disk after that
     */
    public void releases(long below, int onDisk) {
        releases++;
        claims.values().removeIf(claim -> releases - claim.atRelease > PATIENCE_RELEASES);
        kept.headMap(below).keySet().removeIf(sequence -> !isClaimed(sequence));
        if (onDisk != kept.size()) {
            findings.report(
                    onDisk > kept.size() ? Property.BOUNDED_MEMORY : Property.DOES_WHAT_IT_MUST,
                    "replica " + replica + " keeps " + onDisk + " states where it is to keep those at "
                            + kept.keySet());
        }
    }

    private boolean isClaimed(long sequence) {
        for (Claim claim : claims.values()) {
            if (claim.sequence == sequence) {
                return true;
            }
        }
        return false;
    }

    /** It was asked for a part of a state, and gave so many answers. */
    public void answered(int asker, Question question, int answers) {
        boolean has = digestOf(question).equals(kept.get(question.sequence()));
        if (answers != (has ? 1 : 0)) {
            findings.report(
                    has ? Property.DOES_WHAT_IT_MUST : Property.BOUNDED_MEMORY,
                    "replica " + replica + " gives " + answers + " answers to replica " + asker + " on the state at "
                            + question.sequence() + (has ? ", which it has" : ", which it need not have any more"));
        }
        if (answers > 0 && question instanceof FetchPiece) {
            claims.put(asker, new Claim(question.sequence(), releases));
        }
    }

    private static Digest digestOf(Question question) {
        if (question instanceof FetchPiece piece) {
            return piece.stateDigest();
        }
        return question instanceof FetchChunk chunk ? chunk.stateDigest() : ((FetchManifest) question).stateDigest();
    }
}
