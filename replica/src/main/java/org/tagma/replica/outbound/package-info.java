/** The way of a message out: sealed for its receivers, handed to the transport. */
package org.tagma.replica.outbound;
