package org.tagma.client.call;

/** The state machine refused the operation: a normal, agreed answer, the same from every correct replica. */
public final class RejectedException extends BftClientException {

    private static final long serialVersionUID = 1;

    private final String code;
    private final String reason;

    public RejectedException(String code, String reason) {
        super(Outcome.EXECUTED, "rejected (" + code + "): " + reason);
        this.code = code;
        this.reason = reason;
    }

    /** The state machine's stable code, for programs. */
    public String code() {
        return code;
    }

    /** The state machine's explanation, for people. */
    public String reason() {
        return reason;
    }
}
