package org.tagma.cli.kv;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the batch mode says of one command: an object in one line. */
final class JsonLines {
    private static final ObjectWriter WRITER = new ObjectMapper().writer();

    private JsonLines() {}

    static String answer(long line, KvRequest request, KvAnswer answer, long micros) {
        Map<String, Object> json = begin(line, request, true);
        answer.addTo(json);
        json.put("micros", micros);
        return write(json);
    }

    static String failure(long line, KvRequest request, KvFailure failure, long micros) {
        Map<String, Object> json = begin(line, request, false);
        addTo(json, failure);
        json.put("micros", micros);
        return write(json);
    }

    static String malformed(long line, String message) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("line", line);
        json.put("ok", false);
        addTo(json, KvFailure.malformed(message));
        return write(json);
    }

    private static Map<String, Object> begin(long line, KvRequest request, boolean ok) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("line", line);
        json.put("op", request.op());
        json.put("key", request.key());
        json.put("ok", ok);
        return json;
    }

    private static void addTo(Map<String, Object> json, KvFailure failure) {
        json.put("error", failure.error());
        json.put("message", failure.message());
        json.put("unknown", failure.unknown());
    }

    private static String write(Map<String, Object> json) {
        try {
            return WRITER.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts, numbers and booleans can always be written", e);
        }
    }
}
