/**
 * What Fischer, Lynch and Paterson proved in 1985, made visible: in an asynchronous network a scheduler can keep a group from
 * deciding for as long as it likes, although it loses nothing and every replica is correct.
 */
package org.tagma.simulator.flp;
