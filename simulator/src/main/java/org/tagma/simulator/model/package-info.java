/** What is assumed of network, nodes and time, and what each protocol promises under it. */
package org.tagma.simulator.model;
