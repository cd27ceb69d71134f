package org.tagma.simulator.kernel;

import java.util.Optional;

/** Finds out what command would run the test again that is running. */
public final class ReplayCommand {

    /** The system property by which a test that goes through many seeds is told to run one. */
    public static final String SEED_PROPERTY = "tagma.seed";

    private ReplayCommand() {}

    public static String ofRunningTest(long seed) {
        Optional<StackWalker.StackFrame> test = StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> frame.getClassName().endsWith("Test")
                                && !frame.getMethodName().startsWith("lambda$"))
                        .reduce((inner, outer) -> outer));
        return test.map(frame -> command(frame, seed)).orElse("run the scenario with seed " + seed);
    }

    private static String command(StackWalker.StackFrame frame, long seed) {
        String name = frame.getClassName();
        return "mvn -q -pl simulator -am test -Dtest='" + name.substring(name.lastIndexOf('.') + 1) + "#"
                + frame.getMethodName() + "' -Dsurefire.failIfNoSpecifiedTests=false -D" + SEED_PROPERTY + "=" + seed;
    }
}
