package org.tagma.network.cluster;

import java.util.List;
import java.util.Map;

/** A piece of a YAML document that remembers the line it began on. */
sealed interface YamlNode {
    int line();

    /** A word, number or quoted string, as written; a null has no text. */
    record Scalar(int line, String text) implements YamlNode {}

    /** Keys in the order of the file; each key's own line is in {@code keyLines}. */
    record Mapping(int line, Map<String, YamlNode> entries, Map<String, Integer> keyLines) implements YamlNode {}

    record Sequence(int line, List<YamlNode> items) implements YamlNode {}
}
