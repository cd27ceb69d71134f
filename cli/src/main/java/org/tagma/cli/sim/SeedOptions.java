package org.tagma.cli.sim;

import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tagma.cli.common.CommandFailure;
import org.tagma.simulator.exploration.Sweep;
import picocli.CommandLine.Option;

/** Which seeds are run, for how long, and on how many threads. */
final class SeedOptions {

    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h)");
    /** Seeds that a day has to itself. */
    private static final long SEEDS_PER_DAY = 100_000_000;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "How many seeds (default: 1000; with --budget no limit; for a matrix 20 per combination).")
    private Long seeds;

    @Option(names = "--seed", paramLabel = "N", description = "The first seed (default: 1).")
    private Long seed;

    @Option(
            names = "--seeds-from",
            paramLabel = "DATE",
            description =
                    "Instead of --seed: seeds that no other day has, as in 2026-11-22, or 'today'; for nightly runs.")
    private String date;

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            description = "How long to go on, as in 60s, 5m or 1h; of a matrix all together.")
    private String budget;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "How many runs at a time (default: one a processor). What fails does not depend on it.")
    private Integer threads;

    /** For picocli. */
    SeedOptions() {}

    long first() {
        if (date == null) {
            return seed == null ? 1 : seed;
        }
        if (seed != null) {
            throw CommandFailure.cannotRun("--seed and --seeds-from exclude each other");
        }
        try {
            LocalDate day = date.equals("today") ? LocalDate.now(Clock.systemUTC()) : LocalDate.parse(date);
            return day.toEpochDay() * SEEDS_PER_DAY;
        } catch (DateTimeParseException e) {
            throw CommandFailure.cannotRun(
                    "--seeds-from must be a date like 2026-11-22, or 'today', not '" + date + "'", e);
        }
    }

    long count(long otherwise) {
        if (seeds == null) {
            return budget == null ? otherwise : Sweep.UNLIMITED;
        }
        SettingOptions.requireRange("--seeds", seeds, 1, SEEDS_PER_DAY);
        return seeds;
    }

    long budgetMillis() {
        if (budget == null) {
            return Sweep.UNLIMITED;
        }
        long millis = millis("--budget", budget);
        SettingOptions.requireRange("--budget in milliseconds", millis, 1, Long.MAX_VALUE);
        return millis;
    }

    boolean hasBudget() {
        return budget != null;
    }

    int threads() {
        if (threads == null) {
            return Runtime.getRuntime().availableProcessors();
        }
        SettingOptions.requireRange("--threads", threads, 1, 256);
        return threads;
    }

    static long millis(String option, String text) {
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw CommandFailure.cannotRun(option + " must be like 60s, 5m or 1h, not '" + text + "'");
        }
        long unit = switch (duration.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
        return Long.parseLong(duration.group(1)) * unit;
    }
}
