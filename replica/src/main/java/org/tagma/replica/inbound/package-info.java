/** The way of a message in: a lane for each peer, plausibility first, then signatures, within budgets. */
package org.tagma.replica.inbound;
