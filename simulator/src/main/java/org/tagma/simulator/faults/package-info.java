/** What goes wrong: on the wire, with disks, with time, and with replicas, of which {@code byzantine} has the ways. */
package org.tagma.simulator.faults;
