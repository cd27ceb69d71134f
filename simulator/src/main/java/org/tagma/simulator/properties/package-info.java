/**
 * What a run must keep, checked while it runs and at its end: what users of the service are owed, and what other
 * replicas rely on. The checkers look at what replicas are told, write, say and execute; none of them works out what a
 * replica should do next. What they know of a protocol is what a vote and a certificate of PBFT are, and the five
 * properties of Raft.
 */
package org.tagma.simulator.properties;
