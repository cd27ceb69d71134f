package org.tagma.examples.primarybackup;

import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;

/** What replicas say to each other. The view is the number of its primary: the first replica that lives. */
sealed interface BackupMessage extends Message {

    long view();

    /** Up to where its sender knows the order to be decided. */
    long committed();

    /** The primary orders a batch. */
    record Update(long view, long committed, long sequence, Batch batch) implements BackupMessage {}

    /** A backup has all updates up to this one. */
    record Ack(long view, long committed, long sequence) implements BackupMessage {}

    /** Its sender lives. */
    record Heartbeat(long view, long committed) implements BackupMessage {}
}
