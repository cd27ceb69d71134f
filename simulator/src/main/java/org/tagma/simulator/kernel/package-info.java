/** The machine under a run: clock and events, network, disk, identities, and the recorder. It knows no protocol. */
package org.tagma.simulator.kernel;
