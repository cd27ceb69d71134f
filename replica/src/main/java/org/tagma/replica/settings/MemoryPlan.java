package org.tagma.replica.settings;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.protocol.FaultModel;

/**
 * Who may hold how much of a replica's memory, in bytes: the one home of every bound that is not a number of things.
 * The heap and the direct memory that the machine gives are divided once, at the start, and whatever others can make
 * grow draws from its share. Within a share the replicas have one half, in equal parts, and the clients the other half,
 * of which one client gets at most a {@linkplain #CLIENT_PART part}: so what one of them sends never takes the room of
 * another.
 *
 * <p>What is in the agreed state (replies kept, sessions) cannot depend on one replica's heap. Its bound is agreed, and
 * {@link #require} refuses a replica whose heap cannot hold it.
 *
 * <p>Immutable.
 */
public final class MemoryPlan {

    /** How many parts the clients' half of a share has; one client may take one. */
    public static final int CLIENT_PART = 4;

    private static final int PERCENT = 100;
    private static final long MIB = 1L << 20;

    /** Storage keeps its buffers outside the heap, so it does not take from it; but the machine must have them. */
    private static final int NATIVE_PART_OF_HEAP = 3;

    private static final long MAX_NATIVE_BYTES = 96 * MIB;

    /** Where memory is. */
    private enum Place {
        HEAP("heap"),
        DIRECT("direct"),
        NATIVE("native");

        private final String label;

        Place(String label) {
            this.label = label;
        }
    }

    /** What memory is for. The percentages of each place add up to at most 100. */
    public enum Share {
        /** Frames of which a part has come in, of all connections. */
        UNFINISHED_FRAMES(Place.HEAP, 9, "frames still coming in"),
        /** Frames read, being checked, or checked and not taken by the protocol yet. */
        INBOUND(Place.HEAP, 8, "frames waiting for checks and engine"),
        /** Requests known and not ordered yet. */
        REQUEST_POOL(Place.HEAP, 7, "requests waiting to be ordered"),
        /** Raft's log above the last snapshot, as far as it is kept in memory. */
        LOG_TAIL(Place.HEAP, 9, "log tail"),
        /** Batches between PBFT's watermarks, in all the versions that views proposed, executed or not. */
        WINDOW(Place.HEAP, 14, "batches between the watermarks"),
        /** Batches committed and not executed yet. */
        EXECUTION_QUEUE(Place.HEAP, 5, "batches waiting for execution"),
        /** Queries and questions of replicas that wait for the execution or the protocol. */
        QUERIES(Place.HEAP, 3, "queries waiting"),
        /** Reads that wait until the protocol says from which state on they may be answered. */
        WAITING_READS(Place.HEAP, 3, "reads waiting for the protocol"),
        /** Frames that wait for a peer to read them. */
        OUTBOUND(Place.HEAP, 10, "frames on their way out"),
        /** Replies kept for retries: agreed, so required and not derived. */
        REPLIES(Place.HEAP, 6, "replies kept for retries"),
        /** Pages of the state read lately. */
        STATE_CACHE(Place.HEAP, 6, "pages of the state"),
        /** States in transfer, and those of services that have no tree. */
        SNAPSHOTS(Place.HEAP, 8, "states in transfer"),
        /** Signatures found good. */
        SIGNATURES(Place.HEAP, 2, "signatures found good"),
        /** Classes, stacks, the service's own objects, garbage not collected yet. */
        SLACK(Place.HEAP, 10, "everything else"),
        /** Buffers of the network library: what a socket delivered or is about to take. */
        NETWORK_BUFFERS(Place.DIRECT, 100, "socket buffers"),
        /** Memory tables of the databases. */
        MEMORY_TABLES(Place.NATIVE, 75, "RocksDB memory tables"),
        /** Block caches of the databases. */
        BLOCK_CACHE(Place.NATIVE, 25, "RocksDB block caches");

        private final Place place;
        private final int percent;
        private final String label;

        Share(Place place, int percent, String label) {
            this.place = place;
            this.percent = percent;
            this.label = label;
        }

        /** What it is for, for people. */
        public String label() {
            return label;
        }
    }

    private final int replicas;
    private final Map<Place, Long> places = new EnumMap<>(Place.class);

    private MemoryPlan(long heapBytes, long directBytes, int replicas) {
        if (heapBytes < 1 || directBytes < 1 || replicas < 1) {
            throw new IllegalArgumentException("no plan for " + heapBytes + " bytes and " + replicas + " replicas");
        }
        this.replicas = replicas;
        places.put(Place.HEAP, heapBytes);
        places.put(Place.DIRECT, directBytes);
        places.put(Place.NATIVE, Math.min(MAX_NATIVE_BYTES, heapBytes / NATIVE_PART_OF_HEAP));
    }

    /** The plan for a heap and direct memory of these sizes. */
    public static MemoryPlan of(long heapBytes, long directBytes, int replicas) {
        return new MemoryPlan(heapBytes, directBytes, replicas);
    }

    /** The plan for the memory that this process was given. */
    public static MemoryPlan ofThisProcess(int replicas) {
        return of(Runtime.getRuntime().maxMemory(), directLimitBytes(), replicas);
    }

    /** What {@code -XX:MaxDirectMemorySize} says; without it, as much as the heap. */
    private static long directLimitBytes() {
        com.sun.management.HotSpotDiagnosticMXBean machine =
                ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class);
        long limit = machine == null
                ? 0
                : Long.parseLong(machine.getVMOption("MaxDirectMemorySize").getValue());
        return limit > 0 ? limit : Runtime.getRuntime().maxMemory();
    }

    /** How much a share holds in all. */
    public long bytes(Share share) {
        return places.get(share.place) / PERCENT * share.percent;
    }

    /** How much of it the messages of one other replica may take. */
    public long ofOneReplica(Share share) {
        return Math.max(1, bytes(share) / 2 / Math.max(1, replicas - 1));
    }

    /** How much of it all clients together may take. */
    public long ofAllClients(Share share) {
        return Math.max(1, bytes(share) / 2);
    }

    /** How much of it one client, with all its sessions, may take. */
    public long ofOneClient(Share share) {
        return Math.max(1, ofAllClients(share) / CLIENT_PART);
    }

    /**
     * The largest state that is fetched into memory, in bytes, and not into a store: it takes the place of the one
     * before. So it may exceed its share, but not leave the rest without room.
     */
    public long largestFetchedState() {
        return Math.min(Integer.MAX_VALUE, places.get(Place.HEAP) / 2);
    }

    /**
     * Refuses a cluster file that asks for more than there is.
     *
     * @throws IllegalArgumentException with one line that names the setting, both amounts and the remedy
     */
    public MemoryPlan requireFits(ClusterConfig config) {
        require("limits.maxFrameBytes", config.limits().maxFrameBytes(), Share.UNFINISHED_FRAMES);
        require("limits.replyBytes", config.limits().replyBytes(), Share.REPLIES);
        MemoryBounds protocol = ClusterSettings.memoryBounds(config);
        long largest = ClusterSettings.largestBatchBytes(config);
        long log = config.protocol().logBytes(protocol);
        boolean trusts = config.protocol().faultModel() == FaultModel.CRASH;
        requireBatches(config.protocol().pendingBytes(protocol, replicas, largest), largest, Share.REQUEST_POOL);
        requireBatches(log, largest, trusts ? Share.LOG_TAIL : Share.WINDOW);
        return this;
    }

    private void requireBatches(long bytes, long largest, Share share) {
        long batches = (bytes + largest - 1) / largest;
        require(batches + " of the largest batches (batch.maxBytes, limits.maxOperationBytes)", bytes, share);
    }

    /**
     * Refuses a setting whose worst case does not fit its share.
     *
     * @param setting as the cluster file calls it
     * @throws IllegalArgumentException with one line that names the setting, both amounts and the remedy
     */
    public void require(String setting, long bytes, Share share) {
        lacks(setting, bytes, share).ifPresent(lacking -> {
            throw new IllegalArgumentException(lacking);
        });
    }

    /** Why a share has too little for the worst case of a setting, in one line; empty if it has enough. */
    public Optional<String> lacks(String setting, long bytes, Share share) {
        if (bytes > bytes(share)) {
            long needed = (bytes + share.percent - 1) / share.percent * PERCENT;
            return Optional.of(setting + " asks for " + mib(bytes) + " for " + share.label
                    + ", and the memory plan has " + mib(bytes(share)) + " of a " + share.place.label + " of "
                    + mib(places.get(share.place)) + ": lower it, or give the replica " + mib(needed) + " (java -Xmx"
                    + (needed + MIB - 1) / MIB + "m)");
        }
        return Optional.empty();
    }

    /** The plan as one line for the log. */
    public String line() {
        StringBuilder line = new StringBuilder("memory plan:");
        for (Place place : Place.values()) {
            line.append(place == Place.HEAP ? " " : "; ")
                    .append(place.label)
                    .append(' ')
                    .append(mib(places.get(place)))
                    .append(" (");
            String separator = "";
            for (Share share : Share.values()) {
                if (share.place == place) {
                    line.append(separator).append(share.label).append(' ').append(mib(bytes(share)));
                    separator = ", ";
                }
            }
            line.append(')');
        }
        return line.append("; of a share, one client gets at most 1/")
                .append(2 * CLIENT_PART)
                .append(", one replica 1/")
                .append(2 * Math.max(1, replicas - 1))
                .toString();
    }

    private static String mib(long bytes) {
        return bytes >= 10 * MIB ? bytes / MIB + " MiB" : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) MIB);
    }
}
