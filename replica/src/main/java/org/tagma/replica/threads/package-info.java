/** The threads of a replica, and the loop that one of them can be for all of it. */
package org.tagma.replica.threads;
