package org.tagma.cli.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private final StringWriter written = new StringWriter();

    @Test
    void withoutATerminalThereAreLinesOnlyAndNoEscapes() {
        Screen screen = new Screen(new PrintWriter(written), false, false);

        screen.progress("one");
        screen.event(Screen.Style.BAD, 1.25, "two");

        assertThat(written.toString().lines()).containsExactly("one", "   1.3 s  two");
    }

    @Test
    void onATerminalTheLastLineIsWrittenOver() {
        Screen screen = new Screen(new PrintWriter(written), true, true);

        screen.progress("one");
        screen.progress("two");
        screen.line(Screen.Style.GOOD, "three");

        assertThat(written.toString().lines())
                .containsExactly("", "\u001b[Kone", "\u001b[Ktwo", "\u001b[K\u001b[1;32mthree\u001b[0m");
    }

    @Test
    void colourCanBeOffOnATerminal() {
        Screen screen = new Screen(new PrintWriter(written), true, false);

        screen.line(Screen.Style.GOOD, "one");

        assertThat(written.toString().lines()).containsExactly("one");
    }
}
