/** {@code tagma kv}: the key-value store from the command line, for people and for programs. */
package org.tagma.cli.kv;
