/** What a replica counts and measures of itself. */
package org.tagma.replica.metrics;
