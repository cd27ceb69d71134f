/** Many runs: ranges of seeds, all system models at once, every schedule of twins, and the adversary of FLP. */
package org.tagma.simulator.exploration;
