package org.tagma.core.service;

/** Why the bytes of a snapshot were not installed. */
public enum SnapshotRejection {
    /** They are not the encoding of a state. */
    MALFORMED,
    /** They are of a version of the encoding that this replica does not know. */
    UNKNOWN_VERSION,
    /** They are of another sequence number. */
    WRONG_SEQUENCE,
    /** They belong to a service whose state is kept in another way: as one lump, or as a Merkle tree. */
    OTHER_KIND
}
