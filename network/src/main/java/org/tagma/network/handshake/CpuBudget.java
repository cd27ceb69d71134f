package org.tagma.network.handshake;

/**
 * A share of one processor, as a token bucket: what was not used for a while may be used at once, up to a second's
 * worth.
 */
final class CpuBudget {
    private static final long BURST_NANOS = 1_000_000_000L;
    private static final int ALL = 100;

    private final int percent;
    private final long maxCreditNanos;
    private long creditNanos;
    private long lastNanos;

    CpuBudget(int percent, long nowNanos) {
        this.percent = percent;
        this.maxCreditNanos = BURST_NANOS / ALL * percent;
        this.creditNanos = maxCreditNanos;
        this.lastNanos = nowNanos;
    }

    void spend(long nanos) {
        creditNanos -= nanos;
    }

    /** How long to wait before more is spent; 0 for not at all. */
    long waitNanos(long nowNanos) {
        long earned = Math.min(BURST_NANOS, nowNanos - lastNanos) / ALL * percent;
        lastNanos = nowNanos;
        creditNanos = Math.min(maxCreditNanos, creditNanos + earned);
        return creditNanos > 0 ? 0 : (1 - creditNanos) / percent * ALL + ALL;
    }
}
