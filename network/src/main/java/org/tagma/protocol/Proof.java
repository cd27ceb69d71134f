package org.tagma.protocol;

/** What convinces a replica of who sent a message of another. */
public enum Proof {
    /** A signature in every mode: convinces everybody, so it does not matter who delivers the message. */
    SIGNATURE,
    /** A signature of the sender, who delivers it himself; in the mode {@code macs} a vector of MACs. */
    SIGNATURE_OR_MAC,
    /**
     * One MAC, or a vector with one for each replica, in every mode: such a message is never shown to a third replica.
     */
    MAC
}
