package org.tagma.protocol;

import java.util.Map;

/**
 * A column of what {@code tagma status} shows, besides those that every protocol has: mode, view, leader, and what was
 * executed. Immutable.
 *
 * @param heading what stands above it
 * @param cell what stands in it
 */
public record StatusColumn(String heading, Cell cell) {

    private static final int SHOWN_DIGEST_DIGITS = 16;

    /** The digest of the newest checkpoint: replicas that executed the same show the same. */
    public static final StatusColumn STATE_DIGEST = new StatusColumn("STATE DIGEST", (replica, told, byLeader) -> {
        String digest = told.getOrDefault("checkpointDigest", "");
        return digest.isEmpty()
                ? told.isEmpty() ? "" : "no checkpoint yet"
                : beginning(digest) + " at " + told.get("checkpoint");
    });

    /** What is shown of one replica. */
    @FunctionalInterface
    public interface Cell {

        /**
         * The text of a cell; empty if there is nothing to show.
         *
         * @param replica whose line it is
         * @param told what that replica says of itself: its status, and its protocol's
         *     {@linkplain org.tagma.core.protocol.Protocol#details details}; empty if it does not answer
         * @param byLeader the same of the one that leads; empty if nobody does
         */
        String text(int replica, Map<String, String> told, Map<String, String> byLeader);
    }

    /** Of a digest in hexadecimal as many digits as people compare. */
    public static String beginning(String digest) {
        return digest.substring(0, Math.min(SHOWN_DIGEST_DIGITS, digest.length()));
    }

    /** Shows what a replica says of itself under a name. */
    public static StatusColumn of(String heading, String name) {
        return new StatusColumn(heading, (replica, told, byLeader) -> told.getOrDefault(name, ""));
    }
}
