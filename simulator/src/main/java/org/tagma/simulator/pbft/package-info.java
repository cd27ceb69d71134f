/** What is checked of PBFT besides: votes, certificates, their durability, and refusals. */
package org.tagma.simulator.pbft;
