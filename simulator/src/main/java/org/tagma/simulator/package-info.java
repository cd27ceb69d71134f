/**
 * Seeded simulation of whole clusters: the production engine, verification, codec and client on a virtual clock and a
 * simulated network, on one thread. A run is a function of its scenario and its seed. Start at {@link
 * org.tagma.simulator.Scenario}.
 */
package org.tagma.simulator;
