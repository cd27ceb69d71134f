package org.tagma.simulator.faults;

/**
 * What a network does to frames. Random delays reorder frames by themselves.
 *
 * <p>Immutable.
 *
 * @param minDelayMicros the shortest time from sender to receiver
 * @param maxDelayMicros the longest usual time; in between all are as likely
 * @param slowProbability how likely a frame takes longer than that
 * @param slowDelayMicros how long at most then
 * @param dropProbability how likely a frame is lost
 * @param duplicateProbability how likely it arrives twice
 * @param corruptProbability how likely a byte of it is changed
 * @param replayProbability how likely an older frame of the same link is delivered once more along with it
 * @param injectProbability how likely a frame that the adversary made up, or took from another link, comes along with
 *     it
 */
public record NetworkModel(
        long minDelayMicros,
        long maxDelayMicros,
        double slowProbability,
        long slowDelayMicros,
        double dropProbability,
        double duplicateProbability,
        double corruptProbability,
        double replayProbability,
        double injectProbability) {

    public NetworkModel {
        if (minDelayMicros < 0 || maxDelayMicros < minDelayMicros || slowDelayMicros < 0) {
            throw new IllegalArgumentException("delays are at least 0, and the longest not below the shortest");
        }
    }

    /** Everything arrives, once, within 5 ms. */
    public static NetworkModel reliable() {
        return new NetworkModel(200, 5_000, 0, 0, 0, 0, 0, 0, 0);
    }

    /** Frames are lost, doubled and overtaken, but what is sent again and again gets through. */
    public static NetworkModel fairLoss() {
        return new NetworkModel(200, 5_000, 0.02, 60_000, 0.03, 0.02, 0, 0, 0);
    }

    /**
     * Fair loss, and frames are also damaged, replayed and forged: an adversary on the wire that does not cut it for
     * ever.
     */
    public static NetworkModel arbitrary() {
        return new NetworkModel(200, 5_000, 0.02, 60_000, 0.05, 0.02, 0.03, 0.05, 0.02);
    }

    /** The same network before the global stabilization time: slow and lossy beyond any timeout. */
    public NetworkModel beforeStabilization() {
        return new NetworkModel(
                minDelayMicros,
                100_000,
                0.1,
                2_000_000,
                Math.max(dropProbability, dropProbability == 0 ? 0 : 0.25),
                duplicateProbability,
                corruptProbability,
                replayProbability,
                injectProbability);
    }

    /** Whether every frame arrives. */
    public boolean isReliable() {
        return dropProbability == 0;
    }
}
