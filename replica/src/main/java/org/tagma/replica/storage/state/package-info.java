/** Checkpoints of the state: pages of a Merkle tree on disk, or opaque snapshots. */
package org.tagma.replica.storage.state;
