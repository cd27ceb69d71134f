/** The {@code tagma} command: makes clusters, runs replicas, talks to them. */
package org.tagma.cli;
