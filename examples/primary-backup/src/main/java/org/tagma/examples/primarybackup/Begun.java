package org.tagma.examples.primarybackup;

import org.tagma.core.protocol.LogRecord;

/** This replica has run: one that finds it in its log has stopped before, and does not come back. */
record Begun() implements LogRecord {

    @Override
    public long sequence() {
        return 0;
    }

    @Override
    public boolean survivesAmnesia() {
        return true;
    }
}
