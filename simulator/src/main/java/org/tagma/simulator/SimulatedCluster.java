package org.tagma.simulator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.tagma.client.call.ClientOptions;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Event;
import org.tagma.replica.trace.TraceWriter;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.kernel.ClientConnections;
import org.tagma.simulator.kernel.EventQueue;
import org.tagma.simulator.kernel.Recorder;
import org.tagma.simulator.kernel.SimulatedNetwork;
import org.tagma.simulator.workload.Workload;

/**
 * A whole cluster with its clients and its network, made from a scenario and a seed. Scenarios act on it while it runs.
 *
 * <p>Not thread-safe.
 */
public final class SimulatedCluster {

    private final World world;
    private final boolean stabilizes;
    private final List<SimulatedReplica> replicas;
    private final List<SimulatedClient> clients;
    private final List<FaultyClient> faultyClients = new ArrayList<>();
    private long disturbedMicros;

    SimulatedCluster(Scenario scenario, long seed, Optional<TraceWriter> trace) {
        SplittableRandom random = new SplittableRandom(seed);
        this.world = new World(scenario, seed, random, trace);
        this.stabilizes = scenario.timing.stabilizes();
        this.replicas = world.replicas;
        this.clients = world.clients;
        List<List<Misbehaviour.Factory>> misbehaviours = scenario.misbehaviours(random.split());
        for (int id = 0; id < world.quorums.replicas(); id++) {
            replicas.add(new SimulatedReplica(id, world, misbehaviours.get(id), random.split()));
        }
        Callers callers = scenario.callers;
        boolean fastPath = scenario.readOnlyFastPath(random.nextBoolean());
        for (int id = 0; id < callers.clients; id++) {
            clients.add(newClient(id, callers, fastPath, random.split()));
        }
        int first = callers.clients;
        callers.flood.ifPresent(habit -> world.flooding = Optional.of(new FloodingClient(
                first, world, habit, world.identities.of(new NodeId.Client(first)), random.split())));
        int others = callers.clients + (callers.flood.isPresent() ? 1 : 0);
        for (int id = others; id < callers.clients + callers.faultyCount(); id++) {
            faultyClients.add(new FaultyClient(id, world, world.identities.of(new NodeId.Client(id)), random.split()));
        }
    }

    private SimulatedClient newClient(int id, Callers callers, boolean fastPath, SplittableRandom random) {
        Workload workload = callers.workload(id);
        return new SimulatedClient(
                id,
                world,
                workload,
                world.protocol.clientSetup(id, world.policy.mode(), fastPath),
                new ClientOptions(
                                callers.deadlineMillis(workload.retry()),
                                Callers.RETRY_MILLIS,
                                world.serviceLimits.sessionPipeline(),
                                ClientOptions.DEFAULT_MAX_QUEUED)
                        .renewingAfter(Math.max(1, world.serviceLimits.sessionIdleMillis() / 2)),
                world.identities.of(new NodeId.Client(id)),
                random);
    }

    void start() {
        world.held.ifPresent(HeldMessages::start);
        replicas.forEach(SimulatedReplica::start);
        clients.forEach(SimulatedClient::start);
        faultyClients.forEach(FaultyClient::start);
        world.flooding.ifPresent(FloodingClient::start);
    }

    // ---- what scenarios do ----

    /** The replica with this id. */
    public SimulatedReplica replica(int id) {
        return replicas.get(id);
    }

    /** The client with this id. */
    public SimulatedClient client(int id) {
        return clients.get(id);
    }

    /** Who leads in the highest view or term, in its own eyes; nobody may. */
    public OptionalInt leader() {
        return correctReplicas()
                .filter(replica -> replica.status().leader() == replica.id())
                .sorted(Comparator.comparingLong(
                                (SimulatedReplica replica) -> replica.status().view())
                        .reversed())
                .mapToInt(SimulatedReplica::id)
                .findFirst();
    }

    /** An operator asks the leader, if there is one, to hand over to this replica. */
    public void transferLeadership(int to) {
        leader().ifPresent(leader -> replica(leader).ask(id -> new Event.LeadershipTransferRequested(id, to)));
    }

    /** An operator asks the leader, if there is one, to make the group another one. */
    public void changeMembership(List<Integer> voters, List<Integer> learners) {
        leader().ifPresent(leader -> replica(leader).ask(id -> new Event.MembershipRequested(id, voters, learners)));
    }

    /** Stops a replica without warning; its durable records stay. */
    public void crash(int id) {
        disturbed();
        replica(id).crash();
    }

    /** Stops a replica that will not come back. */
    public void crashForGood(int id) {
        crash(id);
        replica(id).retire();
    }

    /** Has something happen later. */
    public void after(long millis, Runnable action) {
        world.queue.after(millis * 1000, action);
    }

    /**
     * Has a replica's disk fail, once, in a later access of the kind that the fault strikes; unless the replica is
     * started anew before, with a disk that works. {@link DiskFault#READ} waits for that start.
     *
     * @param successes how many accesses of that kind still succeed
     */
    public void failDisk(int id, DiskFault fault, int successes) {
        replica(id).failDisk(fault, successes);
    }

    /** Stops a replica without warning and empties its disk: it forgets even where it may have voted. */
    public void crashAndWipe(int id) {
        disturbed();
        replica(id).wipeDisk();
    }

    /** Starts a replica with its whole log, stopping it first if it runs. */
    public void restart(int id) {
        disturbed();
        replica(id).restart(false);
        connected(id);
    }

    /** Starts a replica that remembers only where it may have voted. */
    public void restartWithAmnesia(int id) {
        disturbed();
        replica(id).restart(true);
        connected(id);
    }

    private void connected(int id) {
        if (replica(id).isUp()) {
            replicas.stream().filter(other -> other.id() != id).forEach(other -> other.connectedTo(id));
        }
    }

    /** Lets nothing happen at a replica for a while. */
    public void pause(int id, long millis) {
        disturbed();
        replica(id).pause();
        world.queue.after(millis * 1000, () -> {
            disturbed();
            replica(id).resume();
        });
    }

    /** From now on so many seconds pass by a replica's clock in one. */
    public void setClockRate(int id, double rate) {
        replica(id).setClockRate(rate);
    }

    /** The date of a replica's clock is set back. */
    public void setClockBack(int id, long millis) {
        replica(id).setClockBack(millis);
    }

    /** Nothing gets through between these two replicas for a while; both hear all others. */
    public void separate(long millis, int one, int other) {
        world.network.cut(now(), now() + millis * 1000, one, other);
    }

    /** The scheduler of the asynchronous network gives up: whatever is on its way arrives. */
    public void endAsynchrony() {
        disturbed();
        world.held.ifPresent(HeldMessages::stop);
    }

    /** Cuts these replicas off from all others and from the clients for a while. */
    public void isolate(long millis, Integer... ids) {
        world.network.cut(now(), now() + millis * 1000, Set.of(ids));
    }

    /** Cuts these replicas off from all other replicas for a while; clients reach everybody. */
    public void split(long millis, List<Integer> ids) {
        for (int one : ids) {
            for (int other = 0; other < replicas.size(); other++) {
                if (!ids.contains(other)) {
                    separate(millis, one, other);
                }
            }
        }
    }

    /** A client loses its connections to these replicas, and has others after a while. */
    public void disconnect(long millis, int client, List<Integer> ids) {
        disturbed();
        ClientConnections connections = world.connections;
        for (int id : ids) {
            connections.lose(client, id);
            clients.get(client).connectionLost(id);
        }
        queue().after(millis * 1000, () -> {
            disturbed();
            for (int id : ids) {
                if (connections.restore(client, id)) {
                    clients.get(client).connectionMade(id);
                    connections.flush(client, id);
                }
            }
        });
    }

    private void disturbed() {
        disturbedMicros = now();
    }

    // ---- what a run asks ----

    /** The correct replicas that run. */
    Stream<SimulatedReplica> correctReplicas() {
        return replicas.stream().filter(replica -> replica.isCorrect() && replica.isUp());
    }

    /** Whether nobody is malicious, neither replica nor client. */
    boolean areAllCorrect() {
        return faultyClients.isEmpty() && replicas.stream().allMatch(SimulatedReplica::isCorrect);
    }

    List<SimulatedReplica> replicas() {
        return replicas;
    }

    List<SimulatedClient> allClients() {
        return clients;
    }

    SimulatedNetwork network() {
        return world.network;
    }

    boolean stabilizes() {
        return stabilizes;
    }

    /** Whether an adversary is at work. */
    boolean isAsynchronous() {
        return world.held.filter(HeldMessages::isActive).isPresent();
    }

    /** What an adversary keeps on its way, if there is one. */
    public Optional<HeldMessages> heldMessages() {
        return world.held;
    }

    /** How many replicas it has, whether they are up or not. */
    public int size() {
        return replicas.size();
    }

    /** Milliseconds of virtual time since the start. */
    public long nowMillis() {
        return now() / 1000;
    }

    /** The highest view or term that a correct replica is in. */
    public long highestView() {
        return correctReplicas()
                .mapToLong(replica -> replica.status().view())
                .max()
                .orElse(0);
    }

    /** The highest sequence number that a correct replica has executed. */
    public long highestExecuted() {
        return correctReplicas().mapToLong(SimulatedReplica::lastExecuted).max().orElse(0);
    }

    /** How many frames replicas have sent each other. */
    long framesBetweenReplicas() {
        return world.framesBetweenReplicas;
    }

    /** How many calls of clients have returned. */
    public int returnedCalls() {
        int returned = 0;
        for (SimulatedClient client : clients) {
            returned += client.returned();
        }
        return returned;
    }

    boolean areClientsDone() {
        return clients.stream().allMatch(SimulatedClient::isDone);
    }

    /** Whether all correct replicas of the group run and have executed the same. */
    boolean hasConverged() {
        List<SimulatedReplica> members = replicas.stream()
                .filter(replica -> replica.isCorrect()
                        && !replica.isRetired()
                        && checks().protocol().isMember(replica.id()))
                .toList();
        return members.stream().allMatch(SimulatedReplica::isUp)
                && members.stream()
                                .mapToLong(SimulatedReplica::lastExecuted)
                                .distinct()
                                .count()
                        <= 1;
    }

    /** Since when the network and the nodes let the group make progress; {@link #now} while they do not. */
    long calmSinceMicros() {
        if (!stabilizes
                || isAsynchronous()
                || !checks().protocol()
                        .canProgress(
                                replicas.size(),
                                world.protocol.definition().neededReplicas(world.quorums),
                                id -> replicas.get(id).takesPart())) {
            disturbed();
        }
        return Math.max(undisturbedSinceMicros(), world.stabilizationMicros);
    }

    /** Since when nothing went wrong that a plan has go wrong, whether the group can make progress or not. */
    long undisturbedSinceMicros() {
        return Math.max(disturbedMicros, world.network.healedAtMicros());
    }

    Recorder recorder() {
        return world.recorder;
    }

    Checks checks() {
        return world.checks;
    }

    EventQueue queue() {
        return world.queue;
    }

    /** How many correct clients there are. */
    public int clients() {
        return clients.size();
    }

    boolean isCorrect(int replica) {
        return world.isCorrect(replica);
    }

    /** Microseconds since the start. */
    long now() {
        return world.now();
    }
}
