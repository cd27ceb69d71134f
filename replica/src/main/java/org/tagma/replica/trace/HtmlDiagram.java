package org.tagma.replica.trace;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * A trace as a space-time diagram (Lamport 1978): a page that needs nothing but a browser. Processes are lines,
 * messages are arrows; two events that are chosen show how they lie to each other.
 */
public final class HtmlDiagram {

    private static final String TITLE = "Tagma trace";

    private HtmlDiagram() {}

    /** Writes the page. */
    public static void write(Trace trace, Appendable out) throws IOException {
        String page = resource("diagram.html")
                .replace("@TITLE@", TITLE)
                .replace("@STYLE@", resource("diagram.css"))
                .replace(
                        "@SCRIPT@",
                        resource("diagram-model.js") + resource("diagram-paint.js") + resource("diagram-page.js"));
        int data = page.indexOf("@DATA@");
        out.append(page, 0, data);
        writeData(trace, out);
        out.append(page, data + "@DATA@".length(), page.length());
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlDiagram.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Columns, and each text once: a trace of 20,000 events stays below two megabytes. */
    private static void writeData(Trace trace, Appendable out) throws IOException {
        Map<String, Integer> texts = new LinkedHashMap<>();
        number(texts, "");
        List<TraceEvent> events = trace.events();
        long start = events.stream().mapToLong(TraceEvent::micros).min().orElse(0);
        StringBuilder json = new StringBuilder("{\"about\":");
        TraceFormat.quote(json, trace.about());
        json.append(",\"wall\":").append(trace.isWallTime());
        texts(json, "processes", trace.processes());
        List<String> kinds = new ArrayList<>();
        for (EventKind kind : EventKind.values()) {
            kinds.add(kind.label());
        }
        texts(json, "kinds", kinds);
        column(json, "p", events, TraceEvent::process);
        column(json, "k", events, event -> event.kind().ordinal());
        column(json, "type", events, event -> number(texts, event.type()));
        column(json, "s", events, event -> number(texts, event.summary()));
        column(json, "x", events, event -> number(texts, event.remark()));
        column(json, "h", events, event -> number(texts, event.state()));
        column(json, "from", events, event -> number(texts, event.sender()));
        column(json, "to", events, event -> number(texts, String.join(", ", event.to())));
        column(json, "c", events, TraceEvent::cause);
        json.append(",\"t\":[");
        for (int i = 0; i < events.size(); i++) {
            json.append(i == 0 ? "" : ",").append(events.get(i).micros() - start);
        }
        json.append("],\"clocks\":[");
        for (int i = 0; i < events.size(); i++) {
            VectorClock clock = events.get(i).clock();
            for (int process = 0; process < clock.size(); process++) {
                json.append(i + process == 0 ? "" : ",").append(clock.get(process));
            }
        }
        json.append("],\"losses\":[");
        for (int i = 0; i < trace.losses().size(); i++) {
            Trace.Loss loss = trace.losses().get(i);
            json.append(i == 0 ? "[" : ",[").append(loss.sending());
            json.append(',').append(trace.processes().indexOf(loss.to()));
            json.append(',').append(number(texts, loss.why())).append(']');
        }
        json.append(']');
        texts(json, "texts", new ArrayList<>(texts.keySet()));
        out.append(json.append('}'));
    }

    private static int number(Map<String, Integer> texts, String text) {
        return texts.computeIfAbsent(text, key -> texts.size());
    }

    private static void column(
            StringBuilder json, String name, List<TraceEvent> events, ToIntFunction<TraceEvent> value) {
        json.append(",\"").append(name).append("\":[");
        for (int i = 0; i < events.size(); i++) {
            json.append(i == 0 ? "" : ",").append(value.applyAsInt(events.get(i)));
        }
        json.append(']');
    }

    private static void texts(StringBuilder json, String name, List<String> values) {
        json.append(",\"").append(name).append("\":[");
        for (int i = 0; i < values.size(); i++) {
            json.append(i == 0 ? "" : ",");
            TraceFormat.quote(json, values.get(i));
        }
        json.append(']');
    }
}
