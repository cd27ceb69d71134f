package org.tagma.core.service;

/**
 * An answer to a read, and how long it has been the answer: it was the same after each batch from {@code since} to
 * {@code until}. Immutable.
 *
 * @param since a batch's number; the answer may be older
 * @param until the last batch that was executed
 */
public record ReadAnswer(ServiceReply reply, long since, long until) {}
