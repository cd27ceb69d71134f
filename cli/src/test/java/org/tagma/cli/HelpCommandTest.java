package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where there is no terminal, help is for one of 80 columns. */
class HelpCommandTest {

    private static final int COLUMNS = 80;

    static Stream<String> commands() {
        return TagmaCommand.commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpFitsAndHasNoLineThatWasCutShort(String command) {
        Tagma.Result help = Tagma.run("help", command);
        assertThat(help.status()).isZero();
        String[] lines = help.out().split("\\R");
        for (int at = 0; at < lines.length; at++) {
            assertThat(lines[at].length()).as(lines[at]).isLessThanOrEqualTo(COLUMNS);
            // An indented line that goes on at the margin was wrapped where it was not meant to be.
            boolean indented = lines[at].startsWith("  ") && lines[at].length() > COLUMNS - 20;
            boolean goesOn = at + 1 < lines.length && lines[at + 1].matches("[a-z(\"].*");
            assertThat(indented && goesOn)
                    .as(lines[at] + "\n" + (goesOn ? lines[at + 1] : ""))
                    .isFalse();
        }
    }
}
