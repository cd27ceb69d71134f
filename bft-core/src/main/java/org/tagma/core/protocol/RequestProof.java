package org.tagma.core.protocol;

/** What convinced the replica that holds a copy of a request that its client made it. */
public enum RequestProof {
    /** Something that convinces every replica, or that needs to convince no other. */
    SIGNED,
    /** A MAC for this replica: nobody else need be able to check it. */
    UNSIGNED,
    /** Nothing yet: it stands in a proposal, and neither its MAC for this replica nor a signature is good. */
    UNCHECKED
}
