/** Load on a cluster from many clients in one process, and what it then answers. */
package org.tagma.benchmarks.load;
