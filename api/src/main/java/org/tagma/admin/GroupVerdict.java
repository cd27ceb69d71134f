package org.tagma.admin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Whether a group orders operations, as put together from what its replicas say.
 *
 * @param serves whether enough replicas take part, and nothing stands still
 * @param summary one line for people
 * @param takingPart the replicas that do
 * @param others why each of the others does not, and what can be done
 * @param lastExecutedAgeMillis how long ago one that takes part last executed something; empty if none did in its
 *     incarnation
 */
public record GroupVerdict(
        boolean serves,
        String summary,
        List<Integer> takingPart,
        Map<Integer, String> others,
        OptionalLong lastExecutedAgeMillis) {

    public GroupVerdict {
        takingPart = List.copyOf(takingPart);
        others = new TreeMap<>(others);
    }

    /** For people: the summary, then a line for each replica that does not take part. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(summary);
        others.forEach((replica, why) -> lines.add("replica " + replica + " does not take part: " + why));
        return lines;
    }

    /** The same for programs. */
    public Map<String, Object> toMap() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("serves", serves);
        fields.put("summary", summary);
        fields.put("takingPart", takingPart);
        fields.put("lastExecutedAgeMillis", lastExecutedAgeMillis.orElse(-1));
        return fields;
    }

    /** Adds what it says of one replica, for programs. */
    public void addTo(int replica, Map<String, Object> fields) {
        fields.put("takesPart", takingPart.contains(replica));
        if (others.containsKey(replica)) {
            fields.put("why", others.get(replica));
        }
    }

    /** How long ago, in words. */
    static String ago(OptionalLong ageMillis) {
        if (ageMillis.isEmpty()) {
            return "none has executed anything since it was started";
        }
        return "the last operation was executed " + seconds(ageMillis.getAsLong()) + " ago";
    }

    static String seconds(long millis) {
        return millis < 10_000 ? millis / 100 / 10.0 + " s" : millis / 1_000 + " s";
    }

    /** What a mode that keeps a replica out means. */
    static String meaning(String mode, String why) {
        return switch (mode) {
            case "starting" -> "it is starting" + (why.isEmpty() ? "" : ", " + why);
            case "recovering" ->
                "it lost its memory of what it voted, and votes again by itself, a little after the others"
                        + " have gone past that";
            case "fetching-state" -> "it fetches the state from the others, and takes part by itself when it has it";
            case "catching-up" -> "it executes again what it had executed before it was restarted, and takes part then";
            default -> why.isEmpty() ? "it is in mode " + mode : why;
        };
    }

    static String unreachable(String address) {
        return "no answer from " + address + "; start it, or see whether the network between here and there works, and"
                + " its log";
    }
}
