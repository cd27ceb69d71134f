/** Whether a replica's disk is the newest that it had: asked of the other replicas before it votes. */
package org.tagma.core.incarnation;
