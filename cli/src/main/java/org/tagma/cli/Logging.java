package org.tagma.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** How much is logged; what a line looks like is in {@link LogConfigurator}. */
final class Logging {

    private Logging() {}

    /** Warnings only, or with {@code debug} all that Tagma has to say. */
    static void start(boolean debug) {
        logger("org.tagma").setLevel(debug ? Level.DEBUG : Level.WARN);
    }

    /**
     * For long-running commands: also what happens in normal operation, and what happens until then if it gets to
     * {@link #started}.
     */
    static void atLeastInformation() {
        Logger tagma = logger("org.tagma");
        if (tagma.getLevel().isGreaterOrEqual(Level.INFO)) {
            tagma.setLevel(Level.INFO);
            errorStream().hold();
        }
    }

    /** The start has not failed. */
    static void started() {
        errorStream().release();
    }

    private static ErrorStream errorStream() {
        return (ErrorStream) logger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(ErrorStream.NAME);
    }

    private static Logger logger(String name) {
        return ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(name);
    }
}
