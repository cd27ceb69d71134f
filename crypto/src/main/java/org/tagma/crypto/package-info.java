/**
 * Keys, signatures and MAC authenticators: everything that decides who said what.
 *
 * <p>{@link org.tagma.crypto.Authentication} is what the rest of the system uses. Below it lie
 * {@link org.tagma.crypto.CryptoProvider} (Ed25519 and X25519, through a native library where one loads), the JDK's
 * SHA-256 and HMAC-SHA256, and the files and certificates that carry the keys.
 */
package org.tagma.crypto;
