package org.tagma.simulator.kernel;

/**
 * A machine's clock: it runs a little too fast or too slow, and its idea of the date is a little off. Not thread-safe.
 */
public final class SimulatedClock {

    /** Clocks start at a time that people recognise. */
    public static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private long wallOffsetMillis;
    private double rate;
    private long rateSinceMicros;
    private double elapsedMicrosBefore;

    /**
     * A clock.
     *
     * @param rate how many of its seconds pass in one
     */
    public SimulatedClock(double rate, long wallOffsetMillis) {
        this.rate = rate;
        this.wallOffsetMillis = wallOffsetMillis;
    }

    /** From now on it runs at this rate. */
    public void setRate(double newRate, long nowMicros) {
        elapsedMicrosBefore = elapsedMicros(nowMicros);
        rateSinceMicros = nowMicros;
        rate = newRate;
    }

    /** Somebody sets its date back; what has passed by it is the same. */
    public void setBack(long millis) {
        wallOffsetMillis -= millis;
    }

    double rate() {
        return rate;
    }

    private double elapsedMicros(long nowMicros) {
        return elapsedMicrosBefore + (nowMicros - rateSinceMicros) * rate;
    }

    /** What has passed by this clock. */
    public long elapsedMillis(long nowMicros) {
        return (long) elapsedMicros(nowMicros) / 1000;
    }

    /** The date by this clock. */
    public long wallMillis(long nowMicros) {
        return EPOCH_MILLIS + wallOffsetMillis + elapsedMillis(nowMicros);
    }

    /** How long it really takes until so much has passed by this clock. */
    public long realMicros(long delayMillis) {
        return (long) (delayMillis * 1000 / rate);
    }
}
