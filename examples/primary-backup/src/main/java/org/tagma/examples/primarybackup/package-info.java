/** A protocol that Tagma does not know: see docs/write-your-own-protocol.md. */
package org.tagma.examples.primarybackup;
