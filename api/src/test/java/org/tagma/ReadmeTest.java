package org.tagma;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What README shows of a service of one's own is the project from outside, which is built and tested. */
class ReadmeTest {

    private static final Path PROJECT = Path.of("src/it/counter/src/main/java/example");
    private static final int MAX_LINES_BESIDE_THE_SERVICE = 25;

    @Test
    void theServiceInTheReadmeIsTheOneThatIsTested() throws IOException {
        List<String> shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")))
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();

        assertThat(shown).hasSize(2);
        assertThat(Files.readString(PROJECT.resolve("Counter.java"))).endsWith("\n\n" + shown.get(0));
        assertThat(Files.readString(PROJECT.resolve("CounterProgram.java"))).endsWith("\n\n" + shown.get(1));
        assertThat(Files.readAllLines(PROJECT.resolve("CounterProgram.java")))
                .hasSizeLessThan(MAX_LINES_BESIDE_THE_SERVICE);
    }
}
