/** {@code tagma demo}: a real cluster under load, a traitor in it, and a verdict. */
package org.tagma.cli.demo;
