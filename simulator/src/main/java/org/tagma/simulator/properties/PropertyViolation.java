package org.tagma.simulator.properties;

/** A promise was broken in a run; says which, how, and what replays it. */
public final class PropertyViolation extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final long seed;
    private final Property property;
    private final String details;
    private final String command;

    /**
     * A violation in the run of one seed.
     *
     * @param command the one command that runs it again
     */
    public PropertyViolation(long seed, Property property, String details, String command) {
        super(property + " violated with seed " + seed + ": " + details + "\nreplay: " + command);
        this.seed = seed;
        this.property = property;
        this.details = details;
        this.command = command;
    }

    /** The seed of the run. */
    public long seed() {
        return seed;
    }

    /** What was promised. */
    public Property property() {
        return property;
    }

    /** What happened instead. */
    public String details() {
        return details;
    }

    /** The command that runs it again. */
    public String command() {
        return command;
    }
}
