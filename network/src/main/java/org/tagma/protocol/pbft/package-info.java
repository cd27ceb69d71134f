/**
 * PBFT, as everything around it sees it; its state machine is {@link org.tagma.core.pbft}. Nothing imports this
 * package.
 */
package org.tagma.protocol.pbft;
