package org.tagma.replica.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@link TraceFormat} writes, and nothing else. Not thread-safe. */
final class TraceParser {

    /** Why a line cannot be read, for people. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1;

        Malformed(String message) {
            super(message);
        }
    }

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    TraceLine parse(String line) throws Malformed {
        JsonNode fields;
        try {
            fields = json.readTree(line);
        } catch (JsonProcessingException e) {
            throw new Malformed("this is not a line of a trace");
        }
        if (fields.has("e")) {
            return happened(fields);
        }
        if (fields.has("lost")) {
            return new TraceLine.Lost(
                    eventId(fields, "lost"), process(fields, "to"), micros(fields, "t"), text(fields, "why"));
        }
        if (fields.has("tagma-trace")) {
            return header(fields);
        }
        if (fields.has("cut")) {
            return new TraceLine.Cut(micros(fields, "cut"));
        }
        throw new Malformed("this is not a line of a trace");
    }

    private static TraceLine.Header header(JsonNode fields) throws Malformed {
        int version = fields.get("tagma-trace").asInt();
        if (version != TraceFormat.VERSION) {
            throw new Malformed("the trace has version " + version + " of the format, and this program reads version "
                    + TraceFormat.VERSION);
        }
        List<String> processes = processes(fields, "processes");
        if (processes.isEmpty() || processes.stream().distinct().count() < processes.size()) {
            throw new Malformed("the processes of the trace must be named, each once");
        }
        return new TraceLine.Header(version, text(fields, "time").equals("wall"), processes, text(fields, "about"));
    }

    private static TraceLine.Happened happened(JsonNode fields) throws Malformed {
        EventKind kind = EventKind.of(text(fields, "k"))
                .orElseThrow(() -> new Malformed(
                        "nothing is of the kind '" + fields.path("k").asText() + "'"));
        return new TraceLine.Happened(
                eventId(fields, "e"),
                micros(fields, "t"),
                kind,
                text(fields, "m"),
                text(fields, "s"),
                processes(fields, "to"),
                fields.has("of") ? eventId(fields, "of").toString() : "",
                fields.has("from") ? process(fields, "from") : "",
                text(fields, "f"),
                text(fields, "x"),
                text(fields, "h"),
                clock(fields));
    }

    private static EventId eventId(JsonNode fields, String key) throws Malformed {
        String text = text(fields, key);
        return EventId.parse(text).orElseThrow(() -> new Malformed("'" + text + "' names no event"));
    }

    private static long micros(JsonNode fields, String key) throws Malformed {
        JsonNode value = fields.path(key);
        if (!value.canConvertToLong() || value.asLong() < 0) {
            throw new Malformed("a time must be a number of microseconds");
        }
        return value.asLong();
    }

    private static String text(JsonNode fields, String key) throws Malformed {
        JsonNode value = fields.path(key);
        if (!value.isMissingNode() && !value.isTextual()) {
            throw new Malformed("the value of " + key + " must be a text");
        }
        return value.asText("");
    }

    private static String process(JsonNode fields, String key) throws Malformed {
        return process(fields.path(key));
    }

    private static String process(JsonNode value) throws Malformed {
        if (!EventId.isProcess(value.asText(""))) {
            throw new Malformed("'" + value.asText("") + "' names no process");
        }
        return value.asText();
    }

    private static List<String> processes(JsonNode fields, String key) throws Malformed {
        List<String> processes = new ArrayList<>();
        for (JsonNode each : fields.path(key)) {
            processes.add(process(each));
        }
        return processes;
    }

    private static List<Integer> clock(JsonNode fields) throws Malformed {
        List<Integer> clock = new ArrayList<>();
        for (JsonNode each : fields.path("c")) {
            if (!each.canConvertToInt() || each.asInt() < 0) {
                throw new Malformed("a vector clock holds counts");
            }
            clock.add(each.asInt());
        }
        return clock;
    }
}
