package org.tagma.core.protocol;

/** A fact that must be durable before what follows from it leaves the replica. Each protocol has its own family. */
public interface LogRecord {

    /**
     * The sequence number it belongs to, or 0 if it belongs to none: what a stable checkpoint covers is removed by
     * {@link Action.Truncate}.
     */
    long sequence();

    /**
     * Whether the record must survive a restart even where the log itself is kept in memory only. Such records are rare
     * (one a view change, one a checkpoint), and only the newest of its class counts.
     */
    default boolean survivesAmnesia() {
        return false;
    }
}
