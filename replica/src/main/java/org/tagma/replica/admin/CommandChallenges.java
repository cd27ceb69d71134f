package org.tagma.replica.admin;

import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Queue;

/**
 * Makes a command of an operator good once, at one replica, in its present incarnation: it carries a challenge that
 * this replica made up for it. So one that was recorded moves nothing, wherever, whenever and over whatever connection
 * it is sent again; and nothing has to be kept on disk for that, since a challenge dies with the process.
 *
 * <p>Not thread-safe.
 */
final class CommandChallenges {
    /** How many of an operator's challenges are open at once; the oldest goes first. */
    private static final int MAX_OPEN = 16;

    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Queue<String>> open = new HashMap<>();

    /** A new challenge for a client that is an operator; there are few of those. */
    String issue(int client) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String challenge = HexFormat.of().formatHex(bytes);
        Queue<String> ofClient = open.computeIfAbsent(client, any -> new ArrayDeque<>());
        ofClient.add(challenge);
        if (ofClient.size() > MAX_OPEN) {
            ofClient.remove();
        }
        return challenge;
    }

    /** Whether the client was given this challenge and has not used it; now it has. */
    boolean use(int client, String challenge) {
        Queue<String> ofClient = open.get(client);
        return ofClient != null && ofClient.remove(challenge);
    }
}
