package org.tagma.core.raft;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.raft.RaftStatus.FollowerStatus;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftMessage.ReadIndex;
import org.tagma.core.raft.message.RaftMessage.ReadIndexReply;
import org.tagma.core.raft.message.RaftMessage.RequestSnapshot;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftMessage.TimeoutNow;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.RaftTimer;
import org.tagma.core.state.NodeStore;

/**
 * Raft (Ongaro and Ousterhout 2014) as a deterministic state machine: this class takes each event to the part that
 * handles it.
 *
 * <p>It tolerates f replicas that crash, and come back with or without their logs, of n >= 2f+1. Agreement and order
 * hold whatever the timing; progress needs a majority whose messages arrive well within the election timeout.
 *
 * <p>To drive it by hand: construct it, {@link #step} an {@link Event.Recovered} of {@link Event.RecoveredLog#empty} or
 * of {@link RaftRecord#logOf a term, a vote and entries}, then step messages and {@link RaftTimer#TICK ticks}, and read
 * the actions and the {@link #raftStatus status}:
 *
 * <pre>{@code
 * RaftProtocol replica = new RaftProtocol(RaftConfig.forTests(1, 3));
 * replica.step(new Event.Recovered(RaftRecord.logOf(5, -1, List.of(new Entry.NoOp(1, 5)))));
 * RequestVote vote = new RequestVote(6, 1, 5, false, false);
 * List<Action> actions = replica.step(new Event.MessageReceived(
 *         new Authenticated<>(0, vote, ByteString.EMPTY, ByteString.EMPTY)));
 * // Persist(HardState(6, 0)), then Send(0, RequestVoteReply(6, 6, false, true))
 * }</pre>
 *
 * <p>Not thread-safe.
 */
public final class RaftProtocol implements Protocol {

    private final RaftState state;
    private final Snapshots snapshots;
    private final ReadQueue readQueue;
    private final FollowerReads followerReads;
    private final Follower follower;
    private final Leader leader;
    private final Election election;
    private final AmnesiaRecovery amnesiaRecovery;

    /** A replica at the start of its incarnation; the first event must be {@link Event.Recovered}. */
    public RaftProtocol(RaftConfig config) {
        this(config, Optional.empty());
    }

    /**
     * A replica in its first state.
     *
     * @param stateStore where the parts of a state go that is being fetched, if not into memory
     */
    public RaftProtocol(RaftConfig config, Optional<NodeStore> stateStore) {
        state = new RaftState(config);
        snapshots = new Snapshots(state, stateStore);
        readQueue = new ReadQueue(state);
        followerReads = new FollowerReads(state, readQueue);
        follower = new Follower(state, snapshots);
        leader = new Leader(state, snapshots, readQueue);
        election = new Election(state, leader);
        amnesiaRecovery = new AmnesiaRecovery(state);
    }

    @Override
    public List<Action> step(Event event) {
        if (event instanceof Event.MessageReceived received) {
            onMessage(received.message());
        } else if (event instanceof Event.RequestReceived received) {
            onRequest(received.request(), received.relayedBy());
        } else if (event instanceof Event.QueueDrained drained) {
            onDrained(drained);
        } else if (event instanceof Event.Executed executed) {
            onExecuted(executed);
        } else if (event instanceof Event.CheckpointTaken taken) {
            snapshots.have(taken.tree());
            snapshots.onTaken(taken);
            if (state.isLeader() && taken.sequence() == state.snapshot.index()) {
                leader.replication().tellState();
            }
        } else if (event instanceof Event.StateInstalled installed) {
            snapshots.have(installed.tree());
            snapshots.onInstalled(installed);
            readQueue.release();
        } else if (event instanceof Event.TimerFired) {
            onTick();
        } else if (event instanceof Event.Recovered recovered) {
            new Recovery(state, snapshots, amnesiaRecovery).recover(recovered.log());
            startTick();
        } else {
            onSomethingOutside(event);
        }
        if (state.takeDeposed()) {
            leader.stop();
        }
        amnesiaRecovery.proceed();
        return state.takeActions();
    }

    private void onSomethingOutside(Event event) {
        if (event instanceof Event.ReadReceived read) {
            onRead(read.id());
        } else if (event instanceof Event.PeerUnreachable unreachable) {
            election.onPeerUnreachable(unreachable.replica());
        } else if (event instanceof Event.PeerConnected connected) {
            onConnected(connected.replica());
        } else if (event instanceof Event.PeerDisconnected disconnected) {
            state.disconnected.set(disconnected.replica());
        } else if (event instanceof Event.MembershipRequested request) {
            if (state.isLeader()) {
                leader.change().request(request.id(), request.voters(), request.learners());
            } else {
                redirect(request.id());
            }
        } else if (event instanceof Event.LeadershipTransferRequested request) {
            if (state.isLeader()) {
                leader.transfer().request(request.id(), request.to());
            } else {
                redirect(request.id());
            }
        }
    }

    private void onConnected(int replica) {
        state.unreachable.clear(replica);
        state.disconnected.clear(replica);
        if (replica == state.leader) {
            state.relayWaiting();
        }
    }

    private void redirect(long operatorRequest) {
        String whom = state.leader == RaftState.NOBODY ? "no leader is known" : "replica " + state.leader + " leads";
        state.emit(new Action.AnswerOperator(operatorRequest, false, "this replica does not lead; " + whom));
    }

    // Messages

    private void onMessage(Authenticated<?> signed) {
        RaftVerdict verdict = dispatch(signed.sender(), signed.message());
        if (!verdict.isAccepted()) {
            state.emit(new Action.Reject(signed.sender(), verdict));
        }
        if (verdict.isEvidence()) {
            state.emit(new Action.ReportEvidence(
                    signed.sender(),
                    new RaftEvidence.Contradiction(
                            verdict, signed.message().getClass().getSimpleName(), state.term())));
        }
    }

    private RaftVerdict dispatch(int sender, Message message) {
        if (message instanceof AppendEntries append) {
            return follower.onAppendEntries(sender, append);
        } else if (message instanceof InstallSnapshot install) {
            return follower.onInstallSnapshot(sender, install);
        } else if (message instanceof RequestVote request) {
            return election.onRequestVote(sender, request);
        } else if (message instanceof RequestVoteReply reply) {
            return election.onReply(sender, reply);
        } else if (message instanceof TimeoutNow timeoutNow) {
            return election.onTimeoutNow(sender, timeoutNow);
        } else if (message instanceof ReadIndexReply reply) {
            return followerReads.onReply(reply);
        } else if (message instanceof RaftMessage forLeader) {
            return dispatchToLeader(sender, forLeader);
        } else if (message instanceof TransferMessage.Question question) {
            snapshots.onQuestion(sender, question);
            return RaftVerdict.ACCEPT;
        } else if (message instanceof TransferMessage.Answer answer) {
            return snapshots.onAnswer(sender, answer);
        } else if (message instanceof EstimationQuery query) {
            return state.isLeader() ? leader.onEstimationQuery(sender, query) : RaftVerdict.WRONG_ROLE;
        } else if (message instanceof EstimationReply reply) {
            return amnesiaRecovery.onReply(sender, reply);
        }
        return RaftVerdict.UNEXPECTED;
    }

    private RaftVerdict dispatchToLeader(int sender, RaftMessage message) {
        if (message.term() < state.term()) {
            return RaftVerdict.STALE_TERM;
        }
        if (message.term() > state.term()) {
            // The sender has seen a later term; this replica does not lead in it.
            state.follow(message.term(), RaftState.NOBODY);
            return RaftVerdict.ACCEPT;
        }
        if (!state.isLeader()) {
            return RaftVerdict.WRONG_ROLE;
        }
        if (message instanceof AppendEntriesReply reply) {
            return leader.onReply(sender, reply);
        } else if (message instanceof ReadIndex read) {
            return leader.reads().onReadIndex(sender, read.context());
        } else if (message instanceof RequestSnapshot) {
            leader.onRequestSnapshot(sender);
            return RaftVerdict.ACCEPT;
        }
        return RaftVerdict.UNEXPECTED;
    }

    // Clients

    private void onRequest(Request request, int relayedBy) {
        if (state.isLeader()) {
            admit(request);
        } else if (relayedBy >= 0) {
            // Relayed once already: the leaders change faster than the relays. The client will ask again.
            refuse(request, Action.Refusal.NO_LEADER);
        } else if (state.reachesLeader()) {
            state.emit(new Action.Relay(state.leader, request));
        } else {
            await(request);
        }
    }

    /** An election takes less time than a client waits before it asks again: so the request waits here for a leader. */
    private void await(Request request) {
        switch (state.pool.admit(request)) {
            case ADDED, KNOWN -> {}
            case EXECUTED -> state.emit(new Action.ResendReply(request));
            case OVERLOADED, OUT_OF_WINDOW -> refuse(request, Action.Refusal.NO_LEADER);
        }
    }

    private void refuse(Request request, Action.Refusal reason) {
        state.emit(new Action.Refuse(request, reason));
    }

    private void admit(Request request) {
        switch (state.pool.admit(request)) {
            case ADDED, KNOWN -> {}
            case EXECUTED -> state.emit(new Action.ResendReply(request));
            case OVERLOADED -> refuse(request, Action.Refusal.OVERLOADED);
            case OUT_OF_WINDOW -> refuse(request, Action.Refusal.OUT_OF_WINDOW);
        }
    }

    private void onRead(long id) {
        if (!readQueue.admit()) {
            state.emit(new Action.RefuseRead(id));
        } else if (state.isLeader()) {
            leader.reads().add(id);
        } else {
            followerReads.add(id);
        }
    }

    private void onDrained(Event.QueueDrained event) {
        state.nowMillis = event.timeMillis();
        state.elapsedMillis = event.elapsedMillis();
        if (state.isLeader()) {
            leader.propose();
            leader.reads().onDrained();
        }
        followerReads.onDrained();
    }

    private void onExecuted(Event.Executed event) {
        event.outcomes().forEach(state.pool::executed);
        state.lastExecuted = Math.max(state.lastExecuted, event.sequence());
        readQueue.release();
    }

    // Time

    private void onTick() {
        startTick();
        state.tick++;
        if (state.isLeader()) {
            leader.onTick();
        } else {
            if (state.isElectionDue() && !state.isHurried()) {
                giveUpWaiting();
            }
            election.onTick();
        }
        snapshots.onTick();
        followerReads.onTick();
        amnesiaRecovery.onTick();
    }

    /** No leader has been heard for an election timeout, and who is outside of the group will never hear one. */
    private void giveUpWaiting() {
        readQueue.refuseUnreached();
        state.refuseWaiting();
    }

    private void startTick() {
        state.emit(new Action.SetTimer(RaftTimer.TICK, state.config.tickMillis()));
    }

    // Status

    @Override
    public ProtocolStatus status() {
        return new ProtocolStatus(
                "raft",
                state.term(),
                state.leader,
                mode(),
                state.commitIndex,
                state.lastExecuted,
                state.snapshot.index(),
                state.pool.size());
    }

    @Override
    public long heldBytes() {
        return state.log.bytes() + state.pool.bytes();
    }

    @Override
    public long stateHash() {
        return List.of(state.stateHash(), leader.stateHash(), election.stateHash(), amnesiaRecovery.stateHash())
                .hashCode();
    }

    private ReplicaMode mode() {
        if (state.stateMissing || snapshots.isFetching()) {
            return ReplicaMode.FETCHING_STATE;
        }
        if (state.recovering) {
            return ReplicaMode.RECOVERING;
        }
        boolean learner = !state.configuration().isVoter(state.self);
        return learner && !state.isLeader() ? ReplicaMode.LEARNER : ReplicaMode.valueOf(state.role.name());
    }

    private String roleName() {
        return state.role.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Where this replica stands, in Raft's own words. */
    public RaftStatus raftStatus() {
        return new RaftStatus(
                state.term(),
                state.votedFor(),
                roleName(),
                state.leader,
                state.log.baseIndex() + 1,
                state.log.lastIndex(),
                state.log.lastTerm(),
                state.commitIndex,
                state.lastExecuted,
                state.snapshot.index(),
                state.configuration(),
                state.recovering,
                leader.replication().followers().entrySet().stream()
                        .map(each -> status(each.getKey(), each.getValue()))
                        .toList());
    }

    @Override
    public Map<String, String> details() {
        return raftStatus().details();
    }

    private static FollowerStatus status(int replica, Progress progress) {
        return new FollowerStatus(
                replica,
                progress.match,
                progress.next,
                progress.mode.name().toLowerCase(Locale.ROOT),
                progress.inflightMessages());
    }
}
