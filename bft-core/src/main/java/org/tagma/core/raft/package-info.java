/**
 * Raft (Ongaro and Ousterhout, USENIX ATC 2014; Ongaro's dissertation, 2014): the crash-only protocol of the framework.
 *
 * <p>An index of Raft's log is a sequence number of the framework: every entry, be it requests, a no-op or a
 * configuration, is handed to execution as a batch, the last two as the null batch.
 */
package org.tagma.core.raft;
