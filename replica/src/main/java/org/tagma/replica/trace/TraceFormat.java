package org.tagma.replica.trace;

import java.util.List;

/**
 * How lines are written: JSON, one object a line, keys always in the same order, so that equal runs give equal bytes.
 * docs/causality.md describes it.
 */
final class TraceFormat {

    /** Which readers can read it. */
    static final int VERSION = 1;

    private TraceFormat() {}

    /** Appends a line and its end. */
    static void append(StringBuilder out, TraceLine line) {
        if (line instanceof TraceLine.Happened happened) {
            append(out, happened);
        } else if (line instanceof TraceLine.Lost lost) {
            out.append("{\"lost\":\"").append(lost.sending()).append('"');
            text(out, "to", lost.to());
            out.append(",\"t\":").append(lost.micros());
            text(out, "why", lost.why());
        } else if (line instanceof TraceLine.Header header) {
            out.append("{\"tagma-trace\":").append(header.version());
            text(out, "time", header.wallTime() ? "wall" : "virtual");
            texts(out, "processes", header.processes());
            text(out, "about", header.about());
        } else if (line instanceof TraceLine.Cut cut) {
            out.append("{\"cut\":").append(cut.micros());
        }
        out.append("}\n");
    }

    private static void append(StringBuilder out, TraceLine.Happened event) {
        out.append("{\"e\":\"").append(event.id()).append('"');
        out.append(",\"t\":").append(event.micros());
        text(out, "k", event.kind().label());
        text(out, "m", event.type());
        text(out, "s", event.summary());
        texts(out, "to", event.to());
        text(out, "of", event.cause());
        text(out, "from", event.from());
        text(out, "f", event.frame());
        text(out, "x", event.remark());
        text(out, "h", event.state());
        if (!event.clock().isEmpty()) {
            out.append(",\"c\":[");
            for (int i = 0; i < event.clock().size(); i++) {
                out.append(i == 0 ? "" : ",").append(event.clock().get(i).intValue());
            }
            out.append(']');
        }
    }

    private static void text(StringBuilder out, String key, String value) {
        if (!value.isEmpty()) {
            out.append(",\"").append(key).append("\":");
            quote(out, value);
        }
    }

    private static void texts(StringBuilder out, String key, List<String> values) {
        if (!values.isEmpty()) {
            out.append(",\"").append(key).append("\":[");
            for (int i = 0; i < values.size(); i++) {
                out.append(i == 0 ? "" : ",");
                quote(out, values.get(i));
            }
            out.append(']');
        }
    }

    /** A JSON string of ASCII, whatever the text is: an operation's text may hold anything. */
    static void quote(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char each = value.charAt(i);
            // No '<' either: a trace may be put into a page.
            if (each < ' ' || each > '~' || each == '<') {
                out.append("\\u").append(Character.forDigit(each >> 12, 16));
                out.append(Character.forDigit(each >> 8 & 15, 16));
                out.append(Character.forDigit(each >> 4 & 15, 16));
                out.append(Character.forDigit(each & 15, 16));
            } else {
                out.append(each == '"' || each == '\\' ? "\\" : "").append(each);
            }
        }
        out.append('"');
    }
}
