package org.tagma.core.protocol;

/** Something one node says to another. Each protocol has one sealed family of these; see docs/messages.md. */
public interface Message {}
