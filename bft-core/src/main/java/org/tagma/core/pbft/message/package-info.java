/** PBFT's messages, log records and evidence: data, no rules. */
package org.tagma.core.pbft.message;
