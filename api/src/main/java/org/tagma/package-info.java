/** What a program needs that runs a replicated service of its own, or calls one; begin with {@link org.tagma.Tagma}. */
package org.tagma;
