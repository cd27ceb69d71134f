package org.tagma.cli.sim;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {

    private Figures() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Some time, in the unit that suits it. */
    static String time(long millis) {
        if (millis < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        if (millis < 600_000) {
            return millis / 1000 + " s";
        }
        return millis < 36_000_000 ? millis / 60_000 + " min" : millis / 3_600_000 + " h";
    }

    static String rate(long count, long millis) {
        double perSecond = count * 1000.0 / Math.max(1, millis);
        return perSecond >= 100
                ? String.format(Locale.ROOT, "%,.0f", perSecond)
                : String.format(Locale.ROOT, "%.1f", perSecond);
    }

    static String plural(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }
}
