package org.tagma.cli.demo;

import java.util.Optional;

/**
 * What the demo is asked to show.
 *
 * @param seconds how long the load runs
 * @param fault what the primary does from half time on; empty for nothing
 */
record DemoOptions(int seconds, Optional<String> fault) {

    /** The same in words. */
    String faultInWords() {
        return switch (fault.orElse("none")) {
            case "equivocate" ->
                "it proposes different operations to different replicas at the same place in the order";
            case "silent" -> "it does not say a word to the others any more";
            case "slow" -> "it sends everything so late that clients suffer, though never too late";
            case "crash" -> "its process ends";
            default -> "it goes on as before";
        };
    }
}
