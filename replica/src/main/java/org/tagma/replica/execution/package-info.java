/** What is committed is executed here, in order; reads wait here for their turn. */
package org.tagma.replica.execution;
