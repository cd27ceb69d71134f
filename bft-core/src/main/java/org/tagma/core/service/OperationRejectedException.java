package org.tagma.core.service;

import java.util.Objects;

/**
 * A state machine refuses an operation. It is deterministic output, like a result: code and message go to the client
 * and must be the same on every replica.
 */
public class OperationRejectedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String code;

    /**
     * Refuses an operation.
     *
     * @param code stable, for programs: "no-such-account"
     * @param message for people; it must not contain anything that differs between replicas
     */
    public OperationRejectedException(String code, String message) {
        super(Objects.requireNonNull(message, "message"));
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The stable code, for programs. */
    public String code() {
        return code;
    }
}
