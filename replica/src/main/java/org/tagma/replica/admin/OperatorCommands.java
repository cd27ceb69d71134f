package org.tagma.replica.admin;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tagma.core.protocol.Event;

/**
 * What an operator can ask of the protocol, whichever it is. A command goes to one replica as an
 * {@linkplain AdminQueries admin query} that answers a {@linkplain #CHALLENGE challenge} of that replica; under Raft
 * only the leader can carry it out, and any other says who leads. PBFT answers why it does not do such things.
 *
 * <p>The answer is text, {@code done=true} or {@code done=false}, and {@code text=} with one line for people. A command
 * may have been carried out although no answer came.
 */
public final class OperatorCommands {

    /** The operator lets the leader choose its successor. */
    public static final int WHOEVER_IS_BEST = -1;

    /** Asks a replica to lay out, in its data folder, what a backup takes. */
    private static final String BACKUP = "backup";

    private static final Pattern BACKUP_COMMAND = Pattern.compile(BACKUP + " ([A-Za-z0-9-]{1,64})");

    private static final String TRANSFER = "transfer";
    private static final String MEMBERSHIP = "membership";
    private static final String VOTERS = "voters=";
    private static final String LEARNERS = "learners=";

    private static final String CHALLENGE_WORD = "challenge";
    private static final String ANSWERING = " " + CHALLENGE_WORD + "=";

    /** Asks one replica for the {@code challenge} that the next command to it must carry: see {@link #answering}. */
    public static final ByteString CHALLENGE = admin(CHALLENGE_WORD);

    /** Asks who is in the group: {@code voters}, {@code oldVoters} and {@code learners}. For every client. */
    public static final ByteString SHOW_MEMBERSHIP = admin(MEMBERSHIP);

    private OperatorCommands() {}

    /**
     * Asks the leader to hand over to another voter.
     *
     * @param to its id, or {@link #WHOEVER_IS_BEST}
     */
    public static ByteString transfer(int to) {
        return admin(to == WHOEVER_IS_BEST ? TRANSFER : TRANSFER + " " + to);
    }

    /** Asks for another group: these are to vote, and those to follow without a vote. */
    public static ByteString changeMembership(List<Integer> voters, List<Integer> learners) {
        return admin(MEMBERSHIP + " " + VOTERS + list(voters) + " " + LEARNERS + list(learners));
    }

    /**
     * Asks one replica to lay out, in its data folder, what a backup takes.
     *
     * @param name unlike that of any other backup, letters, digits and hyphens, 64 at most: to ask again with it
     *     changes nothing
     */
    public static ByteString backup(String name) {
        return admin(BACKUP + " " + name);
    }

    /** The name in such a command, if it is one. */
    static Optional<String> backupName(String command) {
        Matcher parts = BACKUP_COMMAND.matcher(command);
        return parts.matches() ? Optional.of(parts.group(1)) : Optional.empty();
    }

    private static ByteString admin(String command) {
        return AdminQueries.PREFIX.concat(ByteString.copyFromUtf8(command));
    }

    private static String list(List<Integer> ids) {
        return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** A command as a replica carries it out: with a challenge of that replica, which is good for one command. */
    public static ByteString answering(ByteString command, String challenge) {
        return command.concat(ByteString.copyFromUtf8(ANSWERING + challenge));
    }

    /** A command and the challenge that it carries, empty if none. */
    record Challenged(String command, String challenge) {
        static Challenged of(String text) {
            int at = text.lastIndexOf(ANSWERING);
            return at < 0
                    ? new Challenged(text, "")
                    : new Challenged(text.substring(0, at), text.substring(at + ANSWERING.length()));
        }
    }

    /** Whether a command is one of these, however badly it is written. */
    static boolean isOne(String command) {
        return command.equals(CHALLENGE_WORD)
                || command.startsWith(BACKUP + " ")
                || command.equals(TRANSFER)
                || command.startsWith(TRANSFER + " ")
                || command.startsWith(MEMBERSHIP + " ");
    }

    /**
     * What a command asks of the protocol, as an event that wants an id.
     *
     * @param replicas the cluster has the replicas 0 to so many, less one
     * @throws IllegalArgumentException if it cannot be understood; the message is for people
     */
    static LongFunction<Event> parse(String command, int replicas) {
        String[] words = command.split(" ", -1);
        if (words[0].equals(TRANSFER) && words.length <= 2) {
            int to = words.length == 1 ? WHOEVER_IS_BEST : replica(words[1], replicas);
            return id -> new Event.LeadershipTransferRequested(id, to);
        }
        if (words.length == 3 && words[1].startsWith(VOTERS) && words[2].startsWith(LEARNERS)) {
            List<Integer> voters = replicas(words[1].substring(VOTERS.length()), replicas);
            List<Integer> learners = replicas(words[2].substring(LEARNERS.length()), replicas);
            return id -> new Event.MembershipRequested(id, voters, learners);
        }
        throw new IllegalArgumentException("not a command: " + words[0]);
    }

    private static List<Integer> replicas(String text, int replicas) {
        List<Integer> ids = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String word : text.split(",", -1)) {
                ids.add(replica(word, replicas));
            }
        }
        return ids;
    }

    private static int replica(String word, int replicas) {
        try {
            int id = Integer.parseInt(word);
            if (id >= 0 && id < replicas) {
                return id;
            }
        } catch (NumberFormatException e) {
            // Reported below, like an id out of range.
        }
        throw new IllegalArgumentException(
                "there is no replica " + word + " in the cluster file, only 0 to " + (replicas - 1));
    }
}
