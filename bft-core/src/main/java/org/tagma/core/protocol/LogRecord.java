package org.tagma.core.protocol;

/** A fact that must be durable before what follows from it leaves the replica. Each protocol has its own family. */
public interface LogRecord {

    /**
     * The sequence number it belongs to: what a stable checkpoint covers is removed by {@link Action.Truncate}. Or 0 if
     * it belongs to none. Of those, and of what {@linkplain #survivesAmnesia survives amnesia}, only the newest of each
     * class counts, and a log need keep no other.
     */
    long sequence();

    /**
     * Whether the record must survive a restart even where the log itself is kept in memory only. Such records are rare
     * (one a view change, one a checkpoint), and only the newest of its class counts.
     */
    default boolean survivesAmnesia() {
        return false;
    }

    /**
     * Whether the record says what a replica may have said in an incarnation that it does not remember: a log that has
     * lost records is {@linkplain Event.LogIntegrity#COMPLETE whole} again from such a record on.
     */
    default boolean endsAmnesia() {
        return false;
    }
}
