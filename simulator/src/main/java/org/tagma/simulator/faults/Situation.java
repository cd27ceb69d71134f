package org.tagma.simulator.faults;

import com.google.protobuf.ByteString;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.tagma.core.Digest;

/**
 * What a malicious replica knows of itself.
 *
 * @param self its id
 * @param replicas how many there are
 * @param clients how many clients there are
 * @param requestTimeoutMillis the patience of the others
 * @param random for whatever it chooses
 * @param nowMicros the time
 */
public record Situation(
        int self,
        int replicas,
        int clients,
        long requestTimeoutMillis,
        SplittableRandom random,
        LongSupplier nowMicros) {

    /** What made-up digests begin with, so that a liar knows its own lies. */
    public static final byte MADE_UP = 0x13;

    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Somebody else. */
    public int anyOther() {
        return (self + 1 + random.nextInt(replicas - 1)) % replicas;
    }

    /** The place of another replica among the others, from 0. */
    public int rankAmongOthers(int replica) {
        return replica < self ? replica : replica - 1;
    }

    /** Whether a replica is in the half of the others that is told the truth. */
    public boolean isFavoured(int replica) {
        return replica == self || rankAmongOthers(replica) < (replicas - 1) / 2;
    }

    /** A digest of nothing. */
    public Digest madeUpDigest() {
        byte[] bytes = new byte[Digest.LENGTH];
        random.nextBytes(bytes);
        bytes[0] = MADE_UP;
        return new Digest(ByteString.copyFrom(bytes));
    }
}
