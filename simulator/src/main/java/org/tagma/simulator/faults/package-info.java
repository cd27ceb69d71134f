/** What goes wrong around replicas: on the wire, with disks, and with time. */
package org.tagma.simulator.faults;
