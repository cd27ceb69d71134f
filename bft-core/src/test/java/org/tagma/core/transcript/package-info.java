/**
 * Scenarios as text files that are both test and documentation; see {@link org.tagma.core.transcript.TranscriptTest}.
 */
package org.tagma.core.transcript;
