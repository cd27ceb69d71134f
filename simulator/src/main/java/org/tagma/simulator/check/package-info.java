/** What a run must keep, checked while it runs and at its end. The checkers know nothing of how a protocol works. */
package org.tagma.simulator.check;
