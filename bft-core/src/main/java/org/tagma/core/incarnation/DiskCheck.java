package org.tagma.core.incarnation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationRecord;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;
import org.tagma.core.protocol.IncarnationRecord.KnownIncarnations;
import org.tagma.core.protocol.IncarnationRecord.OwnIncarnation;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.ReplicaMode;

/**
 * A protocol that begins only when the other replicas have been asked whether this replica's disk is the newest that it
 * had. If they know better the protocol begins like one that lost its disk, whatever the disk holds: a vote on an old
 * disk may not be the last one.
 *
 * <p>What is found so: a disk that was copied, or put back, while enough of the others remember a later incarnation, or
 * that the last one got further. What nobody can find: that all disks were put back at once; or one, where none of
 * those that are up was told of what came after. Where more of the disk is lost than the protocol bears, nothing here
 * gives it back.
 *
 * <p>Until the protocol begins, the network loses what is for it. Not thread-safe.
 */
public final class DiskCheck implements Protocol {

    /** Why an answer of another replica counts for nothing. */
    private enum Refused implements Rejection {
        /** It answers no question of this incarnation's. */
        UNEXPECTED
    }

    /** So many questions without enough answers, and the operator is told. */
    private static final int QUESTIONS_UNTIL_TOLD = 10;

    private final Protocol protocol;
    private final IncarnationConfig config;
    private final IncarnationEvidence evidence;
    private final OtherIncarnations others;
    private final Judgement judgement;
    private RecoveredLog log = RecoveredLog.empty();
    private Incarnation lastOnDisk = Incarnation.NONE;
    private Incarnation own = Incarnation.NONE;
    private boolean begun;
    private int questions;

    /** Puts the question before a protocol. */
    public DiskCheck(Protocol protocol, IncarnationConfig config, IncarnationEvidence evidence) {
        this.protocol = protocol;
        this.config = config;
        this.evidence = evidence;
        this.others = new OtherIncarnations(config.replicas());
        this.judgement = new Judgement(config, evidence);
    }

    @Override
    public List<Action> step(Event event) {
        if (event instanceof Event.MessageReceived received) {
            int sender = received.message().sender();
            Message message = received.message().message();
            if (message instanceof IncarnationQuery query) {
                return onQuery(sender, query);
            } else if (message instanceof IncarnationReply reply) {
                return onReply(sender, reply);
            }
            evidence.positionIn(message).ifPresent(position -> others.heard(sender, position));
        } else if (event instanceof Event.TimerFired fired) {
            if (fired.timer() == IncarnationTimer.ASK_AGAIN) {
                return askAgain();
            }
            others.onTick();
        } else if (event instanceof Event.Recovered recovered) {
            return recover(recovered.log());
        }
        return begun ? passOn(event) : beforeTheBeginning(event);
    }

    private static List<Action> beforeTheBeginning(Event event) {
        String starting = "this replica is starting";
        if (event instanceof Event.ReadReceived read) {
            return List.of(new Action.RefuseRead(read.id()));
        } else if (event instanceof Event.MembershipRequested request) {
            return List.of(new Action.AnswerOperator(request.id(), false, starting));
        } else if (event instanceof Event.LeadershipTransferRequested request) {
            return List.of(new Action.AnswerOperator(request.id(), false, starting));
        }
        return List.of();
    }

    private List<Action> recover(RecoveredLog recovered) {
        log = recovered;
        for (LogRecord each : recovered.records()) {
            if (each instanceof OwnIncarnation incarnation) {
                lastOnDisk = incarnation.incarnation();
            } else if (each instanceof KnownIncarnations known) {
                others.restore(known);
            }
        }
        if (judgement.isComplete()) {
            return begin();
        }
        List<Action> actions = ask();
        actions.add(new Action.SetTimer(IncarnationTimer.ASK_AGAIN, config.askMillis()));
        return actions;
    }

    // Asking

    private List<Action> ask() {
        List<Action> actions = new ArrayList<>();
        for (int replica = 0; replica < config.replicas(); replica++) {
            if (replica != config.self() && !judgement.knows(replica, own)) {
                actions.add(new Action.Send(replica, new IncarnationQuery(log.nonce(), own.number())));
            }
        }
        return actions;
    }

    /** Also once it has begun: whoever comes up later must know of this incarnation too. */
    private List<Action> askAgain() {
        List<Action> actions = new ArrayList<>();
        if (!begun && ++questions == QUESTIONS_UNTIL_TOLD) {
            actions.add(new Action.Announce(whyNotBegun()));
        }
        List<Action> again = ask();
        actions.addAll(again);
        if (!again.isEmpty() || !begun) {
            actions.add(new Action.SetTimer(IncarnationTimer.ASK_AGAIN, config.askMillis()));
        }
        return actions;
    }

    private String whyNotBegun() {
        return "waiting until " + config.answersNeeded()
                + " of the other replicas have answered whether this disk is the"
                + " newest that they know of this replica";
    }

    private List<Action> onQuery(int sender, IncarnationQuery query) {
        if (sender == config.self()) {
            return List.of();
        }
        List<Action> actions = new ArrayList<>();
        if (others.note(sender, query)) {
            actions.add(new Action.Persist(others.known()));
        }
        actions.add(new Action.Send(sender, others.answer(sender, query)));
        return actions;
    }

    private List<Action> onReply(int sender, IncarnationReply reply) {
        if (sender == config.self() || reply.nonce() != log.nonce()) {
            return List.of(new Action.Reject(sender, Refused.UNEXPECTED));
        }
        judgement.heard(sender, reply);
        if (!begun) {
            return judgement.isComplete() ? begin() : List.of();
        }
        return own.equals(Incarnation.NONE) ? List.of() : judgeLate();
    }

    // Judging

    private List<Action> begin() {
        begun = true;
        boolean whole = log.memory() == LogIntegrity.COMPLETE || log.memory() == LogIntegrity.FRESH;
        List<Integer> contradicting = judgement.contradicting(lastOnDisk, evidence.positionOf(log.records()), whole);
        LogIntegrity memory = log.memory();
        List<Action> actions = new ArrayList<>();
        if (memory != LogIntegrity.LOST && judgement.suffices(contradicting)) {
            String found = "this disk is an old one or a copy: replicas " + contradicting + " know of later than start "
                    + lastOnDisk.number() + ", its last";
            if (config.dataIsIntact()) {
                actions.add(new Action.Announce(found
                        + "; its operator says that its data is intact: if it is not, acknowledged"
                        + " operations may be lost"));
            } else {
                memory = LogIntegrity.LOST;
                actions.add(new Action.Announce(found
                        + "; so its votes count as lost, and it rejoins like a replica whose" + " disk was wiped"));
            }
        }
        if (memory != LogIntegrity.LOST) {
            actions.addAll(live());
        }
        actions.addAll(passOn(new Event.Recovered(forProtocol(memory))));
        return actions;
    }

    private RecoveredLog forProtocol(LogIntegrity memory) {
        List<LogRecord> records = log.records().stream()
                .filter(each -> !(each instanceof IncarnationRecord))
                .toList();
        // It keeps only what survives amnesia, and nothing but its incarnation did: so it never voted.
        boolean neverVoted =
                memory == LogIntegrity.PARTIAL && records.isEmpty() && !lastOnDisk.equals(Incarnation.NONE);
        return new RecoveredLog(records, neverVoted ? LogIntegrity.FRESH : memory, log.nonce());
    }

    /** Begins this replica's next incarnation, which is durable before anything is said in it. */
    private List<Action> live() {
        long before = Math.max(lastOnDisk.number(), judgement.knownIncarnation());
        own = new Incarnation(before + 1, log.nonce());
        List<Action> actions = new ArrayList<>();
        actions.add(new Action.Persist(new OwnIncarnation(own)));
        actions.addAll(ask());
        return actions;
    }

    /** Somebody who was not heard at the start, or another copy of this disk that was started at the same time. */
    private List<Action> judgeLate() {
        List<Integer> contradicting = judgement.contradictingIncarnation(own);
        if (!judgement.suffices(contradicting)) {
            return List.of();
        }
        if (config.dataIsIntact()) {
            return live();
        }
        return List.of(new Action.Halt(new OldDisk(contradicting, own.number())));
    }

    private List<Action> passOn(Event event) {
        List<Action> actions = protocol.step(event);
        if (!own.equals(Incarnation.NONE) || actions.stream().noneMatch(DiskCheck::endsAmnesia)) {
            return actions;
        }
        // What it may have said in incarnations that it does not remember is in the log now: so this is an incarnation
        // like any other.
        List<Action> more = new ArrayList<>(actions);
        more.addAll(live());
        return more;
    }

    private static boolean endsAmnesia(Action action) {
        return action instanceof Action.Persist persist && persist.record().endsAmnesia();
    }

    // Status

    @Override
    public ProtocolStatus status() {
        ProtocolStatus status = protocol.status();
        return begun
                ? status
                : new ProtocolStatus(
                        status.protocol(),
                        status.view(),
                        -1,
                        ReplicaMode.STARTING,
                        status.lastCommitted(),
                        status.lastExecuted(),
                        status.stableCheckpoint(),
                        status.pendingRequests());
    }

    @Override
    public Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>(protocol.details());
        details.put("incarnation", String.valueOf(own.number()));
        if (!begun) {
            details.put("why", whyNotBegun());
        }
        return details;
    }

    @Override
    public Optional<Message> checkpointProof() {
        return protocol.checkpointProof();
    }

    @Override
    public long stateHash() {
        return 31 * (31 * protocol.stateHash() + own.hashCode()) + others.stateHash();
    }
}
