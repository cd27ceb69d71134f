package org.tagma.core.protocol;

/** Names a timer of a protocol; each protocol has an enum of them. At most one timer of a name runs at a time. */
public interface TimerId {
    /** The timer's name. */
    String name();
}
