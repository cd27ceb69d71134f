/** What a transport promises: frames between authenticated peers, within limits. */
package org.tagma.network.transport;
