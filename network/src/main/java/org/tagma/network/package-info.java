/** Frames between authenticated peers: over TCP, optionally in TLS, or inside one process for tests. */
package org.tagma.network;
