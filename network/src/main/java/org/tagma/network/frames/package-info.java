/** Frames on one connection: cut, sealed, queued, each within its budget of bytes. */
package org.tagma.network.frames;
