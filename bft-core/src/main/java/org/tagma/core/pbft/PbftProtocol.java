package org.tagma.core.pbft;

import java.util.List;
import java.util.Optional;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.state.NodeStore;

/**
 * Practical Byzantine fault tolerance (Castro and Liskov, OSDI 1999 and TOCS 2002) as a deterministic state machine:
 * this class takes each event to the part that handles it.
 *
 * <p>It tolerates f replicas that do anything at all, of n >= 3f+1. Agreement and order hold whatever the timing;
 * progress needs messages to arrive, in the end, within the timeouts, which grow while views fail.
 *
 * <p>Not thread-safe.
 */
public final class PbftProtocol implements Protocol {

    private final PbftState state;
    private final BatchFetcher batchFetcher;
    private final StateTransfer transfer;
    private final CheckpointTracker checkpoints;
    private final NormalCase normalCase;
    private final ViewChanger viewChanger;
    private final CatchUp catchUp;
    private final PrimaryMonitor monitor;
    private final AmnesiaRecovery amnesiaRecovery;

    /** A replica at the start of its incarnation; the first event must be {@link Event.Recovered}. */
    public PbftProtocol(PbftConfig config) {
        this(config, Optional.empty());
    }

    /**
     * A replica in its first state.
     *
     * @param stateStore where the parts of a state go that is being fetched, if not into memory
     */
    public PbftProtocol(PbftConfig config, Optional<NodeStore> stateStore) {
        state = new PbftState(config);
        batchFetcher = new BatchFetcher(state);
        transfer = new StateTransfer(state, stateStore);
        checkpoints = new CheckpointTracker(state, batchFetcher, transfer);
        normalCase = new NormalCase(state, batchFetcher);
        viewChanger = new ViewChanger(state, normalCase, checkpoints, batchFetcher);
        catchUp = new CatchUp(state, normalCase, viewChanger, checkpoints);
        monitor = new PrimaryMonitor(state, checkpoints);
        amnesiaRecovery = new AmnesiaRecovery(state, viewChanger, checkpoints);
    }

    @Override
    public List<Action> step(Event event) {
        if (event instanceof Event.MessageReceived received) {
            onMessage(received.message());
        } else if (event instanceof Event.RequestReceived received) {
            onRequest(received.request(), received.relayedBy());
        } else if (event instanceof Event.QueueDrained drained) {
            onTime(drained.timeMillis());
        } else if (event instanceof Event.Executed executed) {
            onExecuted(executed);
        } else if (event instanceof Event.CheckpointTaken taken) {
            transfer.have(taken.tree());
            checkpoints.onTaken(taken.sequence(), taken.stateDigest());
        } else if (event instanceof Event.StateInstalled installed) {
            onInstalled(installed);
        } else if (event instanceof Event.TimerFired) {
            onTick();
        } else if (event instanceof Event.Recovered recovered) {
            new Recovery(state, viewChanger, checkpoints, amnesiaRecovery).recover(recovered.log());
            startTick();
        } else if (event instanceof Event.MembershipRequested request) {
            answerOperator(
                    request.id(),
                    "the group of a pbft cluster is fixed when it is made: another group is a new cluster, with an id"
                            + " and data folders of its own, filled through a client");
        } else if (event instanceof Event.LeadershipTransferRequested request) {
            viewChanger.handOver(request.id(), request.to());
        } else if (event instanceof Event.PeerUnreachable unreachable) {
            state.presence.lost(unreachable.replica());
            monitor.onLost();
        } else if (event instanceof Event.PeerConnected connected) {
            state.presence.connected(connected.replica());
            catchUp.onConnected(connected.replica());
        }
        if (state.windowMoved) {
            state.windowMoved = false;
            viewChanger.voteForCarriedOver();
        }
        Optional<String> suspicion = state.takeSuspicion();
        boolean complains = suspicion.isPresent() && viewChanger.suspect(suspicion.get());
        if (complains || state.entered) {
            state.entered = false;
            catchUp.say();
        }
        catchUp.askForMore();
        return state.takeActions();
    }

    private void onMessage(Authenticated<?> signed) {
        if (!isPassedOn(signed.message())) {
            state.presence.heard(signed.sender(), state.tick);
        }
        PbftVerdict verdict = dispatch(signed);
        // What comes late to a view that was given up is refused there, but used here: it is no rejection then.
        boolean used = noteLate(signed.sender(), signed.message());
        if (!verdict.isAccepted() && !used) {
            state.emit(new Action.Reject(signed.sender(), verdict));
        }
    }

    /** What is signed to be shown to others comes from others, too: it is no sign that its signer lives. */
    private static boolean isPassedOn(Message message) {
        return message instanceof NewView || message instanceof ViewChange || message instanceof Checkpoint;
    }

    private boolean noteLate(int sender, Message message) {
        if (message instanceof Prepare prepare) {
            return state.timeouts.voterWasLate(prepare.view(), sender);
        } else if (message instanceof Commit commit) {
            return state.timeouts.voterWasLate(commit.view(), sender);
        } else if (message instanceof PrePrepare proposal && sender == state.quorums.primary(proposal.view())) {
            return state.timeouts.primaryWasLate(proposal.view());
        } else if (message instanceof NewView newView && sender == state.quorums.primary(newView.view())) {
            return state.timeouts.primaryWasLate(newView.view());
        }
        return false;
    }

    private void onTime(long timeMillis) {
        if (state.nowMillis == 0) {
            state.lastCommitMillis = timeMillis;
        }
        state.nowMillis = timeMillis;
        normalCase.propose();
    }

    private PbftVerdict dispatch(Authenticated<?> signed) {
        int sender = signed.sender();
        Message message = signed.message();
        if (message instanceof PrePrepare prePrepare) {
            return normalCase.onPrePrepare(sender, prePrepare);
        } else if (message instanceof Prepare prepare) {
            return normalCase.onPrepare(sender, prepare);
        } else if (message instanceof Commit commit) {
            return normalCase.onCommit(sender, commit);
        } else if (message instanceof Unchecked unchecked) {
            return state.trust.onUnchecked(sender, unchecked);
        } else if (message instanceof Checkpoint checkpoint) {
            return checkpoints.onCheckpoint(retyped(signed, checkpoint));
        } else if (message instanceof ViewChange viewChange) {
            return viewChanger.onViewChange(retyped(signed, viewChange));
        } else if (message instanceof NewView newView) {
            return viewChanger.onNewView(retyped(signed, newView));
        } else {
            return dispatchCatchUp(sender, message);
        }
    }

    private PbftVerdict dispatchCatchUp(int sender, Message message) {
        if (message instanceof Status status) {
            monitor.onStatus(sender, status);
            viewChanger.onStatus(sender, status);
            catchUp.onStatus(sender, status);
        } else if (message instanceof StableCheckpoint stable) {
            return catchUp.onStableCheckpoint(stable);
        } else if (message instanceof Committed committed) {
            return catchUp.onCommitted(sender, committed);
        } else if (message instanceof FetchBatch fetch) {
            batchFetcher.onFetchBatch(sender, fetch);
        } else if (message instanceof BatchBody body) {
            PbftVerdict verdict = batchFetcher.onBatchBody(body);
            if (verdict.isAccepted()) {
                state.existingSlot(body.sequence()).ifPresent(normalCase::takeFromOthers);
                viewChanger.voteForCarriedOver();
                normalCase.deliver();
                viewChanger.pursue();
            }
            return verdict;
        } else if (message instanceof TransferMessage.Question question) {
            transfer.onQuestion(sender, question);
        } else if (message instanceof TransferMessage.Answer answer) {
            return transfer.onAnswer(sender, answer);
        } else if (message instanceof EstimationQuery query) {
            amnesiaRecovery.onQuery(sender, query);
        } else if (message instanceof EstimationReply reply) {
            return amnesiaRecovery.onReply(sender, reply);
        } else {
            return PbftVerdict.UNEXPECTED;
        }
        return PbftVerdict.ACCEPT;
    }

    private static <M extends Message> Authenticated<M> retyped(Authenticated<?> signed, M message) {
        return new Authenticated<>(signed.sender(), message, signed.payload(), signed.authenticator());
    }

    private void onRequest(Request request, int relayedBy) {
        normalCase.authenticated(request);
        boolean admits = request.proof() == RequestProof.SIGNED || (relayedBy < 0 && state.trust.isGiven());
        if (admits) {
            admit(request, relayedBy);
        } else if (state.pool.isExecuted(request)) {
            state.emit(new Action.ResendReply(request));
        } else {
            state.askSignatures(List.of(request));
        }
    }

    private void admit(Request request, int relayedBy) {
        switch (state.pool.admit(request, relayedBy)) {
            case ADDED -> {
                resendIfOver(request, relayedBy, !state.pool.knows(request.session()));
                if (state.normal && !state.isPrimary()) {
                    relay(state.pool.handOver(request.session(), state.tick));
                }
            }
            case KNOWN -> resendIfOver(request, relayedBy, true);
            case EXECUTED -> {
                state.emit(new Action.ResendReply(request));
                // The relay has forgotten that it was executed, and waits for it.
                if (relayedBy >= 0 && state.isPrimary()) {
                    state.pool.orderAgain(request, state.tick, state.config.requestTimeoutTicks() / 2);
                }
            }
            case EARLY -> {
                // Its client will send it again, after what it left out.
            }
            case OVERLOADED -> state.emit(new Action.Refuse(request, Action.Refusal.OVERLOADED));
            case OUT_OF_WINDOW -> state.emit(new Action.Refuse(request, Action.Refusal.OUT_OF_WINDOW));
        }
    }

    /**
     * A request waits here, or so it seems: its session may have been dropped while a state was fetched here.
     * Then nobody orders it again, and the execution can tell.
     */
    private void resendIfOver(Request request, int relayedBy, boolean mayBeOver) {
        if (relayedBy < 0 && mayBeOver) {
            state.emit(new Action.ResendReply(request));
        }
    }

    private void relay(List<Request> requests) {
        requests.forEach(request -> state.emit(new Action.Relay(state.primary(), request)));
    }

    private void onExecuted(Event.Executed event) {
        event.outcomes().forEach(outcome -> state.pool.executed(outcome, state.tick));
        state.lastExecuted = Math.max(state.lastExecuted, event.sequence());
    }

    private void onInstalled(Event.StateInstalled event) {
        state.installing = false;
        transfer.have(event.tree());
        state.lastCommitted = event.sequence();
        state.lastExecuted = event.sequence();
        state.pool.restore(event.sessions(), state.tick);
        state.announce("installed the state at checkpoint " + event.sequence());
        checkpoints.onInstalled(event.sequence(), event.stateDigest());
        normalCase.deliver();
        viewChanger.pursue();
    }

    private void onTick() {
        startTick();
        state.tick++;
        batchFetcher.onTick();
        transfer.onTick();
        viewChanger.onTick();
        monitor.onTick();
        state.trust.onTick();
        catchUp.onTick();
        amnesiaRecovery.onTick();
        if (state.normal && !state.isPrimary()) {
            relay(state.pool.handOver(state.tick));
        }
    }

    private void startTick() {
        state.emit(new Action.SetTimer(PbftTimer.TICK, state.config.tickMillis()));
    }

    /** This is what only a group that trusts its members can do for an operator. */
    private void answerOperator(long id, String whyNot) {
        state.emit(new Action.AnswerOperator(id, false, whyNot));
    }

    @Override
    public Optional<Message> checkpointProof() {
        return state.stable.sequence() == 0 ? Optional.empty() : Optional.of(new StableCheckpoint(state.stable));
    }

    @Override
    public ProtocolStatus status() {
        return new ProtocolStatus(
                "pbft",
                state.view,
                state.primary(),
                mode(),
                state.lastCommitted,
                state.lastExecuted,
                state.stable.sequence(),
                state.pool.size());
    }

    private ReplicaMode mode() {
        if (transfer.isActive()) {
            return ReplicaMode.FETCHING_STATE;
        }
        if (state.isRecovering()) {
            return ReplicaMode.RECOVERING;
        }
        if (state.lastExecuted < state.executedBefore) {
            return ReplicaMode.CATCHING_UP;
        }
        return state.normal ? ReplicaMode.NORMAL : ReplicaMode.VIEW_CHANGE;
    }

    @Override
    public long heldBytes() {
        return state.room.held() + state.pool.bytes();
    }

    @Override
    public long stateHash() {
        return 31 * (31 * state.stateHash() + checkpoints.stateHash())
                + viewChanger.stateHash()
                + state.trust.stateHash();
    }
}
