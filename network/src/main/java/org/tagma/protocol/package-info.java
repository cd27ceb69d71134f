/**
 * What a protocol is to everything around it: {@link org.tagma.protocol.ProtocolDefinition} is the one interface to
 * implement. The packages below hold a protocol each, and nothing imports them.
 */
package org.tagma.protocol;
