/** The transport between processes: TCP, optionally in TLS, one loop for members and one for strangers. */
package org.tagma.network;
