package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of known bugs names tests that are there. */
class KnownBugsTest {

    private static final Path PROJECT = Path.of("..");

    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
    private static final Pattern NUMBERED_ROW = Pattern.compile("(?m)^\\| (\\d+) \\|");

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        Map<String, String> sources = testSources();
        List<MatchResult> named = NAMED_TEST
                .matcher(Files.readString(PROJECT.resolve("docs/known-bugs.md")))
                .results()
                .toList();
        assertThat(named).hasSizeGreaterThan(50);
        assertThat(named)
                .allSatisfy(test -> assertThat(sources.getOrDefault(test.group(1), ""))
                        .as("%s", test.group())
                        .contains("void " + test.group(2) + "("));
    }

    @Test
    void thePageNumbersTheBugsWithoutAGap() throws IOException {
        List<Integer> numbers = NUMBERED_ROW
                .matcher(Files.readString(PROJECT.resolve("docs/known-bugs.md")))
                .results()
                .map(row -> Integer.valueOf(row.group(1)))
                .toList();
        assertThat(numbers)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, numbers.size()).boxed().toList());
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(52);
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(PROJECT)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith("Test.java")).toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
            }
        }
        return sources;
    }
}
