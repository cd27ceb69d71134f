/** The client library: {@link org.tagma.client.BftClient}, and the pure core that it drives. */
package org.tagma.client;
