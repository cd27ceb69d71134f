/** Drives a protocol: events in, actions carried out. */
package org.tagma.replica.engine;
