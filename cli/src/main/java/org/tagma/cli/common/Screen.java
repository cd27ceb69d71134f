package org.tagma.cli.common;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * A command's output while it works: lines that stay, and on a terminal one line at the bottom that changes. Where
 * there is no terminal, that line is written once a second.
 *
 * <p>Thread-safe.
 */
public final class Screen {
    private static final String RESET = "\u001b[0m";
    private static final String CLEAR_LINE = "\r\u001b[K";

    /** How lines that matter look on a terminal. */
    public enum Style {
        PLAIN(""),
        BOLD("\u001b[1m"),
        FAINT("\u001b[2m"),
        GOOD("\u001b[1;32m"),
        BAD("\u001b[1;31m"),
        NOTABLE("\u001b[1;33m");

        private final String escape;

        Style(String escape) {
            this.escape = escape;
        }
    }

    private final PrintWriter out;
    private final boolean terminal;
    private final boolean colours;
    private boolean liveLineShown;

    Screen(PrintWriter out, boolean terminal, boolean colours) {
        this.out = out;
        this.terminal = terminal;
        this.colours = colours;
    }

    /** What this process writes to. */
    public static Screen of(PrintWriter out) {
        boolean terminal = isTerminal() && !"dumb".equals(System.getenv("TERM"));
        String noColour = System.getenv("NO_COLOR");
        return new Screen(out, terminal, terminal && (noColour == null || noColour.isEmpty()));
    }

    /** Newer Java versions have a console even if it is no terminal, and a method to ask, which Java 17 lacks. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** Whether the last line can change. */
    public boolean isLive() {
        return terminal;
    }

    /** A line that stays. */
    public synchronized void line(String text) {
        line(Style.PLAIN, text);
    }

    /** A line that stays. */
    public synchronized void line(Style style, String text) {
        clear();
        out.println(paint(style, text));
        out.flush();
    }

    /** Part of a line, looking so. */
    public String paint(Style style, String text) {
        return colours && style != Style.PLAIN ? style.escape + text + RESET : text;
    }

    /** Something that happened, with the time since the load began. */
    public void event(Style style, double seconds, String text) {
        line(style, String.format(Locale.ROOT, "%6.1f s  %s", seconds, text));
    }

    /** Shows how it goes. */
    public synchronized void progress(String text) {
        if (terminal) {
            out.print(CLEAR_LINE + text);
            out.flush();
            liveLineShown = true;
        } else {
            line(text);
        }
    }

    private void clear() {
        if (liveLineShown) {
            out.print(CLEAR_LINE);
            liveLineShown = false;
        }
    }
}
