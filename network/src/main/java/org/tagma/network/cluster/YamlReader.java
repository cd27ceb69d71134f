package org.tagma.network.cluster;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one YAML document into nodes that know their lines. Duplicate keys are errors. */
final class YamlReader {
    private final String file;
    private final JsonParser parser;

    private YamlReader(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /**
     * Reads a document.
     *
     * @param file its name, for messages
     */
    static YamlNode read(String file, String text) throws ClusterFileException {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            YamlReader reader = new YamlReader(file, parser);
            if (parser.nextToken() == null) {
                throw new ClusterFileException(file + ": the file is empty; write a new one with tagma init");
            }
            YamlNode root = reader.node();
            if (parser.nextToken() != null) {
                throw new ClusterFileException(
                        file + ":" + reader.line() + ": a second document begins here; keep only one");
            }
            return root;
        } catch (ClusterFileException e) {
            throw e;
        } catch (JacksonException e) {
            throw new ClusterFileException(file + ":" + lineOf(e) + ": this is not YAML: " + problem(e), e);
        } catch (IOException e) {
            throw new ClusterFileException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private YamlNode node() throws IOException, ClusterFileException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return mapping();
        }
        if (token == JsonToken.START_ARRAY) {
            return sequence();
        }
        return new YamlNode.Scalar(line(), token == JsonToken.VALUE_NULL ? "" : parser.getText());
    }

    private YamlNode mapping() throws IOException, ClusterFileException {
        int line = line();
        Map<String, YamlNode> entries = new LinkedHashMap<>();
        Map<String, Integer> keyLines = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Integer earlier = keyLines.putIfAbsent(key, line());
            if (earlier != null) {
                throw new ClusterFileException(file + ":" + line() + ": the key " + key
                        + " is there twice (first in line " + earlier + "); remove one");
            }
            parser.nextToken();
            entries.put(key, node());
        }
        return new YamlNode.Mapping(line, entries, keyLines);
    }

    private YamlNode sequence() throws IOException, ClusterFileException {
        int line = line();
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node());
        }
        return new YamlNode.Sequence(line, items);
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private static int lineOf(JacksonException e) {
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    private static String problem(JacksonException e) {
        return e.getOriginalMessage().lines().findFirst().orElse("unreadable");
    }
}
