package org.tagma.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Logs to the error stream, a line a message. Logback finds it as a service. In code and not in XML because parsing XML
 * takes longer than most commands.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {

    /** For Logback. */
    public LogConfigurator() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder lines = new PatternLayoutEncoder();
        lines.setContext(context);
        lines.setPattern("%d{HH:mm:ss.SSS} %-5level %msg%n");
        lines.start();
        ErrorStream errorStream = new ErrorStream();
        errorStream.setContext(context);
        errorStream.setName(ErrorStream.NAME);
        errorStream.setEncoder(lines);
        errorStream.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(errorStream);
        context.getLogger("org.tagma").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
