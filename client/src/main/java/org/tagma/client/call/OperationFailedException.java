package org.tagma.client.call;

/** The state machine threw while it executed the operation; every correct replica says so alike. */
public final class OperationFailedException extends BftClientException {

    private static final long serialVersionUID = 1;

    private final String code;

    public OperationFailedException(String code, String detail) {
        super(Outcome.EXECUTED, "the state machine failed (" + code + "): " + detail);
        this.code = code;
    }

    /** A stable code, the same from every replica. */
    public String code() {
        return code;
    }
}
