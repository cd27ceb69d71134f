/** Many runs: a range of seeds, or all system models at once, on as many threads as there are to spare. */
package org.tagma.simulator.sweep;
