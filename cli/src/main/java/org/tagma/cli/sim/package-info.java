/** {@code tagma sim}: simulated clusters by the thousand. */
package org.tagma.cli.sim;
