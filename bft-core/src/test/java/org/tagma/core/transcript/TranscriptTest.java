package org.tagma.core.transcript;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays each transcript and compares. In a transcript, a line that begins with {@code >} is a command, the indented
 * lines after it are what the group then did, and all others are prose. To write the indented lines anew:
 *
 * <pre>
 * mvn -pl bft-core -am test -Dtest=TranscriptTest -Dtagma.transcripts=write \
 *     -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
class TranscriptTest {

    private static final Path FOLDER = Path.of("src/test/resources/transcripts");

    private static final boolean WRITE = "write".equals(System.getProperty("tagma.transcripts"));

    static Stream<String> transcripts() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void aScenarioGoesAsItsTranscriptSays(String name) throws IOException {
        Path file = FOLDER.resolve(name);
        String written = Files.readString(file);
        String played = play(written.lines().toList());
        if (WRITE) {
            Files.writeString(file, played);
        }
        assertThat(played).isEqualTo(WRITE ? played : written);
    }

    private static String play(List<String> lines) {
        TranscriptPlayer player = new TranscriptPlayer();
        List<String> out = new ArrayList<>();
        for (String line : lines) {
            if (!line.startsWith("  ")) {
                out.add(line);
            }
            if (line.startsWith("> ")) {
                player.perform(line.substring(2)).forEach(done -> out.add("  " + done));
            }
        }
        return String.join("\n", out) + "\n";
    }
}
