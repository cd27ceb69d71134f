package org.tagma.network.cluster;

import java.net.InetSocketAddress;
import org.tagma.protocol.InvalidSettingException;

/**
 * Where a replica listens, not resolved.
 *
 * @param host a name or a literal address; an IPv6 address without brackets
 * @param port 1..65535
 */
public record ReplicaAddress(String host, int port) {
    public ReplicaAddress {
        if (host.isBlank() || host.chars().anyMatch(c -> c <= ' ' || c == '"' || c == '[' || c == ']')) {
            throw new InvalidSettingException("address", "has no usable host name: \"" + host + "\"");
        }
        if (port < 1 || port > 65_535) {
            throw new InvalidSettingException("address", "must have a port from 1 to 65535, not " + port);
        }
    }

    /** Parses {@code host:port}, or {@code [address]:port} for IPv6. */
    static ReplicaAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw notAnAddress(text);
        }
        String host = text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (!bracketed && host.indexOf(':') >= 0) {
            throw notAnAddress(text);
        }
        try {
            return new ReplicaAddress(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw notAnAddress(text);
        }
    }

    private static InvalidSettingException notAnAddress(String text) {
        return new InvalidSettingException(
                "address", "must be host:port, such as 127.0.0.1:7000, not \"" + text + "\"");
    }

    /** For dialing: resolved when it is used. */
    public InetSocketAddress toUnresolved() {
        return InetSocketAddress.createUnresolved(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
