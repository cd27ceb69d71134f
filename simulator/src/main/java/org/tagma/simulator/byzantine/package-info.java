/**
 * Ways in which a replica can be malicious, as decorators at the boundary of a protocol that is itself correct: what it
 * hears, what it decides and what its clients are told can be withheld, changed, doubled and invented. What leaves is
 * authenticated by the replica as its own, and by nobody else.
 */
package org.tagma.simulator.byzantine;
