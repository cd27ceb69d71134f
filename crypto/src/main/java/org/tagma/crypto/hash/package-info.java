/** SHA-256 and what is made of it: HMAC (RFC 2104) and HKDF (RFC 5869). */
package org.tagma.crypto.hash;
