/**
 * Raft, as everything around it sees it; its state machine is {@link org.tagma.core.raft}. Nothing imports this
 * package.
 */
package org.tagma.protocol.raft;
