/** A transport inside one process, for tests and simulations. */
package org.tagma.network.memory;
