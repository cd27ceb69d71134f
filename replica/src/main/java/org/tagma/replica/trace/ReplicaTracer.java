package org.tagma.replica.trace;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.Request;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.replica.engine.EngineListener;

/**
 * Records what happens inside one incarnation of a replica, but for its messages: it listens to the protocol and to the
 * engine. Used on the engine's thread.
 */
public final class ReplicaTracer {

    private static final int MAX_LISTED = 4;

    private final EventLog log;
    private final int process;
    private final TreeMap<String, Integer> persisting = new TreeMap<>();
    private String standing = "";

    /** A tracer of a replica whose process has this number in the log. */
    public ReplicaTracer(EventLog log, int process) {
        this.log = log;
        this.process = process;
    }

    /** The protocol, and its events are recorded. */
    public Protocol around(Protocol protocol) {
        return new TracedProtocol(protocol);
    }

    /** The listener, and what it hears is recorded. */
    public EngineListener around(EngineListener listener) {
        return new TracedListener(listener);
    }

    private void record(EventKind kind, String summary) {
        log.happens(process, kind, summary);
    }

    private void recordBefore(Event event) {
        if (event instanceof Event.Executed executed) {
            record(EventKind.EXECUTE, "sequence " + executed.sequence());
        } else if (event instanceof Event.CheckpointTaken taken) {
            record(
                    EventKind.CHECKPOINT,
                    "sequence " + taken.sequence() + ", digest "
                            + taken.stateDigest().abbreviated());
        } else if (event instanceof Event.StateInstalled installed) {
            record(EventKind.INSTALL, "sequence " + installed.sequence());
        } else if (event instanceof Event.Recovered recovered) {
            record(EventKind.START, describe(recovered.log()));
        }
    }

    private static String describe(Event.RecoveredLog found) {
        return switch (found.memory()) {
            case FRESH -> "for the first time";
            case COMPLETE -> "again, with " + found.records().size() + " records in its log";
            case PARTIAL -> "again, knowing only where it may have voted";
            case LOST -> "again, not knowing where it may have voted";
        };
    }

    private void note(LogRecord written) {
        persisting.merge(written.getClass().getSimpleName(), 1, Integer::sum);
    }

    private void look(ProtocolStatus status) {
        String leader = status.leader() < 0 ? "no leader" : "leader " + EventId.replica(status.leader());
        String view = Protocols.find(status.protocol())
                        .map(ProtocolDefinition::viewWord)
                        .orElse("view")
                + " ";
        String now = view + status.view() + ", " + leader + ", " + status.mode();
        if (!now.equals(standing)) {
            standing = now;
            record(EventKind.VIEW, now);
        }
    }

    private static String describe(long sequence, Batch batch) {
        StringJoiner summary = new StringJoiner(" ", "sequence " + sequence + ", ", "");
        summary.setEmptyValue("sequence " + sequence + ", no request");
        List<Request> requests = batch.requests();
        for (Request request : requests.subList(0, Math.min(MAX_LISTED, requests.size()))) {
            summary.add(EventId.client(request.session().client()) + "/" + request.number());
        }
        if (requests.size() > MAX_LISTED) {
            summary.add("+" + (requests.size() - MAX_LISTED));
        }
        return summary.toString();
    }

    private final class TracedProtocol implements Protocol {
        private final Protocol protocol;

        TracedProtocol(Protocol protocol) {
            this.protocol = protocol;
        }

        @Override
        public List<Action> step(Event event) {
            recordBefore(event);
            List<Action> actions = protocol.step(event);
            for (Action action : actions) {
                if (action instanceof Action.Persist persist) {
                    note(persist.record());
                }
            }
            if (event instanceof Event.QueueDrained) {
                log.stateIs(process, protocol.stateHash());
                look(protocol.status());
            }
            return actions;
        }

        @Override
        public ProtocolStatus status() {
            return protocol.status();
        }

        @Override
        public long stateHash() {
            return protocol.stateHash();
        }

        @Override
        public Optional<Message> checkpointProof() {
            return protocol.checkpointProof();
        }

        @Override
        public Map<String, String> details() {
            return protocol.details();
        }
    }

    private final class TracedListener implements EngineListener {
        private final EngineListener listener;

        TracedListener(EngineListener listener) {
            this.listener = listener;
        }

        @Override
        public void persisted() {
            StringJoiner records = new StringJoiner(", ");
            persisting.forEach((name, count) -> records.add(count == 1 ? name : count + " " + name));
            persisting.clear();
            record(EventKind.PERSIST, records.toString());
            listener.persisted();
        }

        @Override
        public void committed(long sequence, Batch batch) {
            record(EventKind.COMMIT, describe(sequence, batch));
            listener.committed(sequence, batch);
        }

        @Override
        public void announced(String text) {
            record(EventKind.NOTE, text);
            listener.announced(text);
        }

        @Override
        public void evidence(int replica, Evidence evidence) {
            record(EventKind.EVIDENCE, "against " + EventId.replica(replica) + ": " + evidence.description());
            listener.evidence(replica, evidence);
        }

        @Override
        public void rejected(int replica, Rejection reason) {
            listener.rejected(replica, reason);
        }

        @Override
        public void stopped(String reason, Throwable cause) {
            record(EventKind.HALT, reason);
            listener.stopped(reason, cause);
        }
    }
}
