package org.tagma.cli.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandWordsTest {

    @Test
    void separatesWordsBySpacesAndTabs() throws Exception {
        assertThat(CommandWords.split("  put\tk  v ")).containsExactly("put", "k", "v");
        assertThat(CommandWords.split("")).isEmpty();
    }

    @Test
    void quotesKeepSpacesAndMakeEmptyWords() throws Exception {
        assertThat(CommandWords.split("put \"two words\" \"\"")).containsExactly("put", "two words", "");
    }

    @Test
    void readsTheEscapesOfJson() throws Exception {
        assertThat(CommandWords.split("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\""))
                .containsExactly("\"\\/\b\f\n\r\té\uD83D\uDE00");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    put "k        | never closed
                    put "k"v      | no space after the closing quote
                    put k"v"      | a quote in the middle
                    "a\\x"        | unknown escape
                    "\\u12"       | four hexadecimal digits
                    "\\u12g4"     | four hexadecimal digits
                    "\\ud800"     | half of a surrogate pair
                    "\\ude00\\ud83d" | half of a surrogate pair
                    "a\\          | ends with a backslash
                    """)
    void saysWhatIsWrong(String line, String problem) {
        assertThatThrownBy(() -> CommandWords.split(line))
                .isInstanceOf(MalformedCommandException.class)
                .hasMessageContaining(problem);
    }

    @Property
    void whatJsonWritesIsReadBack(@ForAll String key, @ForAll String value) throws Exception {
        if (!isText(key) || !isText(value)) {
            return;
        }
        ObjectMapper json = new ObjectMapper();
        String line = "put " + json.writeValueAsString(key) + " " + json.writeValueAsString(value);

        assertThat(CommandWords.split(line)).isEqualTo(List.of("put", key, value));
    }

    @Property
    void anyLineIsWordsOrMalformed(@ForAll String line) {
        try {
            assertThat(CommandWords.split(line)).allMatch(word -> word.length() <= line.length());
        } catch (MalformedCommandException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        }
    }

    private static boolean isText(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
