package org.tagma.cli.demo;

import java.util.ArrayList;
import java.util.List;
import org.tagma.cli.common.Screen;

/** What was checked in the end, and how it turned out. Not thread-safe. */
final class Verdict {

    private final Screen screen;
    private final List<String> failed = new ArrayList<>();

    Verdict(Screen screen) {
        this.screen = screen;
    }

    void pass(String text) {
        screen.line(Screen.Style.GOOD, "  ok      " + text);
    }

    void fail(String text) {
        failed.add(text);
        screen.line(Screen.Style.BAD, "  FAILED  " + text);
    }

    /** Passes with one text or fails with another. */
    void check(boolean holds, String passText, String failText) {
        if (holds) {
            pass(passText);
        } else {
            fail(failText);
        }
    }

    boolean passed() {
        return failed.isEmpty();
    }
}
