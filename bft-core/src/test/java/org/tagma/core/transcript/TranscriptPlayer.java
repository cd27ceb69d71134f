package org.tagma.core.transcript;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftProtocol;

/** Carries out the commands of a transcript: the words before "at", "to", "from" say what, those after say where. */
final class TranscriptPlayer {

    private TranscriptGroup group = new TranscriptGroup(0, id -> new PbftProtocol(PbftConfig.forTests(id, 4)));
    private long nextNumber = 1;

    /** Does what one line says; gives what the group did then, a line each. */
    List<String> perform(String command) {
        List<String> words = Arrays.asList(command.split(" "));
        switch (words.get(0)) {
            case "group" -> group = newGroup(words.get(1), Integer.parseInt(words.get(2)));
            case "hide" -> group.hide(words.subList(1, words.size()));
            case "request" -> request(words.get(1), ids(words, "to"));
            case "deliver" -> deliver(words);
            case "lose" -> group.lose(kind(words), ids(words, "from"), ids(words, "to"));
            case "cut" -> group.cut(numbers(words.get(1)));
            case "heal" -> group.cut(List.of());
            case "tick" -> group.tick(Integer.parseInt(words.get(1)), ids(words, "at"));
            case "crash" -> group.crash(Integer.parseInt(words.get(1)));
            case "restart" -> group.restart(Integer.parseInt(words.get(1)));
            case "voters" ->
                group.step(
                        ids(words, "at").get(0),
                        new Event.MembershipRequested(nextNumber++, numbers(words.get(1)), List.of()));
            case "status" -> group.tellStatus();
            default -> throw new IllegalArgumentException("not a command of a transcript: " + command);
        }
        return group.takeLines();
    }

    private static TranscriptGroup newGroup(String protocol, int replicas) {
        return switch (protocol) {
            case "pbft" -> new TranscriptGroup(replicas, id -> new PbftProtocol(PbftConfig.forTests(id, replicas)));
            case "raft" -> new TranscriptGroup(replicas, id -> new RaftProtocol(RaftConfig.forTests(id, replicas)));
            default -> throw new IllegalArgumentException("no protocol " + protocol);
        };
    }

    private void request(String operation, List<Integer> receivers) {
        long number = nextNumber++;
        Request request = Request.of(
                new SessionId(0, 1),
                number,
                RetrySemantics.EXACTLY_ONCE,
                ByteString.copyFromUtf8(operation),
                ByteString.copyFromUtf8(number + operation),
                ByteString.EMPTY);
        receivers.forEach(receiver -> group.step(receiver, new Event.RequestReceived(request, -1)));
    }

    /** Of one kind, what is under way now; of all kinds, until nothing is under way. */
    private void deliver(List<String> words) {
        group.deliver(kind(words), ids(words, "from"), ids(words, "to"));
    }

    private static String kind(List<String> words) {
        return words.size() > 1 && Character.isUpperCase(words.get(1).charAt(0)) ? words.get(1) : "";
    }

    /** The replicas named after a word; all of them if the word is not there. */
    private List<Integer> ids(List<String> words, String after) {
        int at = words.indexOf(after);
        return at < 0 ? group.ids() : numbers(words.get(at + 1));
    }

    private static List<Integer> numbers(String list) {
        return new ArrayList<>(Stream.of(list.split(",")).map(Integer::valueOf).toList());
    }
}
