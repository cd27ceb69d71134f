package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Source lines keep to the columns that .editorconfig gives them; the formatter leaves comments and texts as they are.
 */
class SourceLinesTest {

    private static final int MAX_COLUMNS = 120;

    /** Have longer lines today, which are to be folded. */
    private static final Set<String> TOO_LONG_TODAY =
            Set.of("LaneMutants.java", "NormalCaseMutants.java", "ViewChangeMutants.java");

    /** The rows of a table in a text block. */
    private static final String TABLE_ROW = " | ";

    @Test
    void noLineIsLongerThanTheEditorShows() throws IOException {
        List<String> tooLong = new ArrayList<>();
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            for (Path sources : modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .toList()) {
                lookFor(tooLong, sources);
            }
        }
        assertThat(tooLong).isEmpty();
    }

    private static void lookFor(List<String> tooLong, Path sources) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java"))
                    .filter(each -> !TOO_LONG_TODAY.contains(each.getFileName().toString()))
                    .toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    if (lines.get(i).length() > MAX_COLUMNS && !lines.get(i).contains(TABLE_ROW)) {
                        tooLong.add(file + ":" + (i + 1));
                    }
                }
            }
        }
    }
}
