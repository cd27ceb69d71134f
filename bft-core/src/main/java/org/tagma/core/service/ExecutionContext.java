package org.tagma.core.service;

import org.tagma.core.protocol.SessionId;

/**
 * What an ordered operation may know besides the state and its own bytes. The same on every replica.
 *
 * <p>Immutable.
 *
 * @param sequence sequence number of the batch, from 1
 * @param indexInBatch position of the operation in its batch, from 0; with {@code sequence} it is unique
 * @param timeMillis the agreed time, milliseconds since 1970; it never goes back, and operations of one batch share it.
 *     A primary proposes it and the others bound it, so it may be off by as much as they tolerate
 * @param session who asked
 */
public record ExecutionContext(long sequence, int indexInBatch, long timeMillis, SessionId session) {}
