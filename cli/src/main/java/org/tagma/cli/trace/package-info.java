/** {@code tagma trace}: reads what runs and replicas recorded. */
package org.tagma.cli.trace;
