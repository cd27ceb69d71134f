/** Runs as values: drawn from a seed, printed, read back, made smaller, replayed. */
package org.tagma.simulator.plan;
