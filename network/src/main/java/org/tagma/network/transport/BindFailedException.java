package org.tagma.network.transport;

import java.net.BindException;
import java.net.InetSocketAddress;

/** The listening address cannot be had. The message is one line that says what to do. */
public final class BindFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BindFailedException(InetSocketAddress address, Throwable cause) {
        super(describe(address, cause), cause);
    }

    /** With what is wrong and what to do, as one line. */
    public BindFailedException(String message) {
        super(message);
    }

    private static String describe(InetSocketAddress address, Throwable cause) {
        String where = address.getHostString() + ":" + address.getPort();
        String reason = String.valueOf(cause.getMessage());
        if (reason.contains("already in use")) {
            return "cannot listen on " + where
                    + ": the address is already in use; stop the program that holds the port, or choose another port";
        }
        if (address.isUnresolved() || cause instanceof BindException || reason.contains("assign requested address")) {
            return "cannot listen on " + where + ": this machine has no such address; correct the replica's address";
        }
        return "cannot listen on " + where + ": " + reason.lines().findFirst().orElse("unknown reason");
    }
}
