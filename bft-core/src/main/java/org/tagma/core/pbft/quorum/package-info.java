/**
 * What quorums of messages prove: votes counted once, view changes collected, the batches a new view carries over.
 */
package org.tagma.core.pbft.quorum;
