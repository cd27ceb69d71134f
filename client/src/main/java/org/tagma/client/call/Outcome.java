package org.tagma.client.call;

/** What a failed call tells about its operation. */
public enum Outcome {
    /** The operation was not executed, and will not be. */
    NOT_EXECUTED,
    /** The operation was ordered and executed exactly once. */
    EXECUTED,
    /** The operation may have been executed, may be executed later, or may never be. */
    UNKNOWN
}
