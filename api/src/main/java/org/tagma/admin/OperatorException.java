package org.tagma.admin;

/** A command of an operator was not carried out, or perhaps it was. The message is a line for people. */
public final class OperatorException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean answered;

    private OperatorException(String message, boolean answered) {
        super(message);
        this.answered = answered;
    }

    static OperatorException refused(String message) {
        return new OperatorException(message, true);
    }

    static OperatorException noAnswer(String message) {
        return new OperatorException(message, false);
    }

    /** Whether a replica said no; else none said anything, and the command may have been carried out all the same. */
    public boolean isRefusal() {
        return answered;
    }
}
