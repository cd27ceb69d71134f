/** The cluster file: who is in the cluster, where, with which keys and limits. */
package org.tagma.network.cluster;
