/** What is checked of Raft besides: the five properties of the paper. */
package org.tagma.simulator.raft;
