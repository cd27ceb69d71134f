/** A replica, put together from its parts, and its server. */
package org.tagma.replica;
