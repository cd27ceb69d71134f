/**
 * Twins (Bano and others, 2022): Byzantine behaviour without writing any. A malicious replica is two correct copies with
 * one key, and a partition in each round says who hears whom; so a small bound on rounds can be gone through exhaustively.
 * Start at {@link org.tagma.simulator.twins.Twins}.
 */
package org.tagma.simulator.twins;
