/** A replicated counter: the smallest service, and how it is run and called. */
package org.tagma.examples.counter;
