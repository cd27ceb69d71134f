/**
 * How two nodes prove to each other who they are (Noise IK or TLS 1.3), and the budget that strangers have for it.
 */
package org.tagma.network.handshake;
