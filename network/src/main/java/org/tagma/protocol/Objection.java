package org.tagma.protocol;

/**
 * Why a message need not be looked at further. Immutable.
 *
 * @param detail for people
 */
public record Objection(RejectionReason reason, String detail) {}
