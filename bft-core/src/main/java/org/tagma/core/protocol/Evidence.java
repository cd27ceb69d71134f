package org.tagma.core.protocol;

/** How a replica was seen to misbehave, with what it said and what was right; each protocol has records of its own. */
@FunctionalInterface
public interface Evidence {

    /** In one line, for people, to follow the replica's name. */
    String description();
}
