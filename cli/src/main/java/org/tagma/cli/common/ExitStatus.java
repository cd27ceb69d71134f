package org.tagma.cli.common;

/** What the command tells the shell. */
public final class ExitStatus {
    /** All went well. */
    public static final int OK = 0;
    /** It ran, and the answer is no: a refused operation, a failed check, a group without a quorum. */
    public static final int UNSUCCESSFUL = 1;
    /** It could not run: bad arguments, a damaged file, a port in use. */
    public static final int CANNOT_RUN = 2;
    /** The cluster did not answer in time. */
    public static final int NO_ANSWER = 3;
    /** A bug in Tagma. */
    public static final int BUG = 70;

    private ExitStatus() {}
}
