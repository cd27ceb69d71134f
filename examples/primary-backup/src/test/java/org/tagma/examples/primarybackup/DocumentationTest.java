package org.tagma.examples.primarybackup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the page shows is what is compiled and tested here. */
class DocumentationTest {

    private static final Path HERE = Path.of("").toAbsolutePath();
    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyBlockOfCodeStandsInTheSources() throws IOException {
        String page = Files.readString(HERE.resolve("../../docs/write-your-own-protocol.md"));
        String sources;
        try (Stream<Path> files = Files.walk(HERE.resolve("src"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .map(DocumentationTest::read)
                    .collect(Collectors.joining("\n"));
        }
        List<String> blocks = BLOCK.matcher(page)
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();

        assertThat(blocks).hasSizeGreaterThan(5);
        assertThat(blocks).allSatisfy(block -> assertThat(spaceless(sources)).contains(spaceless(block)));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }

    private static String spaceless(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }
}
