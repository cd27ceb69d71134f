/** A replicated key-value store: what a user of Tagma writes, and no more. */
package org.tagma.examples.kv;
