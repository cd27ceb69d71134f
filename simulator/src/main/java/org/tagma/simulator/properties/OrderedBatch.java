package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.tagma.core.protocol.Request;
import org.tagma.simulator.properties.SessionModel.Fate;

/**
 * One place in the order, and what must become of it.
 *
 * @param fates one for each request
 * @param expired by index, what is said of the sessions of requests that come too late for them
 * @param executions how many of them are executed
 * @param timeMillis the agreed time
 */
record OrderedBatch(
        List<Request> requests, Fate[] fates, Map<Integer, ByteString> expired, int executions, long timeMillis) {

    /** Whether all of its requests are executed there. */
    boolean isPlain() {
        return executions == fates.length;
    }
}
