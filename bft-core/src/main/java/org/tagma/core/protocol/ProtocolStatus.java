package org.tagma.core.protocol;

/**
 * Where a protocol stands, for operators, tests and metrics.
 *
 * <p>Immutable.
 *
 * @param protocol "pbft" or "raft"
 * @param view PBFT's view or Raft's term
 * @param leader the primary or leader of that view, or -1 if there is none
 * @param mode what the replica is doing
 * @param lastCommitted highest sequence number up to which everything is committed here
 * @param lastExecuted highest sequence number executed here
 * @param stableCheckpoint sequence number of the last stable checkpoint
 * @param pendingRequests requests known here and not yet executed
 */
public record ProtocolStatus(
        String protocol,
        long view,
        int leader,
        ReplicaMode mode,
        long lastCommitted,
        long lastExecuted,
        long stableCheckpoint,
        int pendingRequests) {}
