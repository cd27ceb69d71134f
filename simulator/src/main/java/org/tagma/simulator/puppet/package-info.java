/**
 * One replica of PBFT alone among puppets: all others say what a seed has them say, so that every step of the replica is tried in
 * situations that a group with no more than f faulty replicas hardly ever comes to.
 */
package org.tagma.simulator.puppet;
