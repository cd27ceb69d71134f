/**
 * State that carries its own proof: an ordered map from bytes to bytes whose digest is kept as a Merkle tree, so that a
 * checkpoint costs what changed, a snapshot costs nothing, and any part can be checked against the root by itself.
 *
 * <p>Start at {@link org.tagma.core.state.StateStore}, which is what a state machine sees, and at
 * {@link org.tagma.core.state.MerkleTree}, which is what is under it.
 */
package org.tagma.core.state;
