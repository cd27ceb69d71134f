/** How a client goes about a call; for the client alone. */
package org.tagma.client.internal;
