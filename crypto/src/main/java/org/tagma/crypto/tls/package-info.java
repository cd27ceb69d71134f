/** TLS between nodes: certificates made of the keys of the cluster file, and trust in those alone. */
package org.tagma.crypto.tls;
