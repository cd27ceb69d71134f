package org.tagma.replica.execution;

import java.util.HashMap;
import java.util.Map;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;

/**
 * Reads that wait until the protocol says from which state on they may be answered, within bytes of each client
 * and of all. One read of a client may always wait, if there is room for it in all.
 *
 * <p>Not thread-safe.
 */
public final class WaitingReads {

    /** What waits costs besides its operation, here and in the protocol, roughly. */
    private static final int OVERHEAD_BYTES = 256;

    private final MemoryPlan memory;
    private final Map<Long, Query> reads = new HashMap<>();
    private final Map<Integer, Long> ofClients = new HashMap<>();
    private long bytes;

    public WaitingReads(MemoryPlan memory) {
        this.memory = memory;
    }

    /** Lets a read wait under this id; false if there is no room. */
    public boolean add(long id, Query query) {
        int client = query.session().client();
        long more = bytes(query);
        long ofClient = ofClients.getOrDefault(client, 0L);
        if (bytes + more > memory.bytes(Share.WAITING_READS)
                || (ofClient > 0 && ofClient + more > memory.ofOneClient(Share.WAITING_READS))) {
            return false;
        }
        reads.put(id, query);
        ofClients.put(client, ofClient + more);
        bytes += more;
        return true;
    }

    /** The read of this id, which waits no more. */
    Query remove(long id) {
        Query query = reads.remove(id);
        bytes -= bytes(query);
        ofClients.compute(query.session().client(), (client, all) -> all == bytes(query) ? null : all - bytes(query));
        return query;
    }

    private static long bytes(Query query) {
        return (long) OVERHEAD_BYTES + query.operation().size();
    }
}
