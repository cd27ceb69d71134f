/** Raft's messages, log entries and records: data, no rules. */
package org.tagma.core.raft.message;
