/** {@code tagma bench}: a cluster of processes under load, and what it costs. */
package org.tagma.cli.bench;
