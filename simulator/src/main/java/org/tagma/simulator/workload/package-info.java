/** What clients ask of the service, and the service itself: registers, opaque or in a Merkle tree. */
package org.tagma.simulator.workload;
