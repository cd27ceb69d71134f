package org.tagma.core.protocol;

/** Why a replica cannot go on correctly; each protocol has records of its own. */
@FunctionalInterface
public interface HaltReason {

    /** In one line, for an operator, with what there is to do. */
    String description();
}
