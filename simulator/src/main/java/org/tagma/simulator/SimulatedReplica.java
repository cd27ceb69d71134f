package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.trace.EventKind;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.Misbehaviour;

/**
 * A machine with a replica on it: the production engine, verification and execution, and simulated ports. It can be
 * stopped, started again and paused; its disk and its clock outlive the replica.
 *
 * <p>Not thread-safe.
 */
public final class SimulatedReplica {

    private final Machine machine;
    private final int id;
    private final World world;

    private ReplicaIncarnation incarnation;
    private int incarnations;
    private boolean paused;
    private long operatorRequests;
    private boolean retired;
    private List<Runnable> whilePaused = new ArrayList<>();

    SimulatedReplica(int id, World world, List<Misbehaviour.Factory> misbehaviours, SplittableRandom random) {
        this.machine = new Machine(id, world, misbehaviours, random);
        this.id = id;
        this.world = world;
    }

    /** Its id. */
    public int id() {
        return id;
    }

    /** Whether it does as the protocol says, when it is up. */
    public boolean isCorrect() {
        return machine.isCorrect();
    }

    /** Whether it runs. */
    public boolean isUp() {
        return incarnation != null && !incarnation.isStopped();
    }

    /** Whether it runs and remembers what it must in order to take part in decisions. */
    boolean takesPart() {
        return isUp() && isCorrect() && status().mode() != ReplicaMode.RECOVERING;
    }

    /** Where its protocol stands; it must be up. */
    public ProtocolStatus status() {
        return incarnation.status();
    }

    /** The last sequence number that it executed; it must be up. */
    public long lastExecuted() {
        return incarnation.lastExecuted();
    }

    /** What it told its operator, oldest first, in all its incarnations. */
    public List<String> announcements() {
        return machine.diary.announcements();
    }

    /** The misbehaviour of others that it saw, in all its incarnations. */
    public List<String> evidence() {
        return machine.diary.evidence();
    }

    /** What it answered to operators, oldest first, in all its incarnations. */
    public List<String> operatorAnswers() {
        return List.copyOf(machine.diary.operatorAnswers());
    }

    /** An operator asks for something here; it must be up and correct. */
    void ask(LongFunction<Event> question) {
        incarnation.hears(question.apply(-1 - operatorRequests++));
        if (!paused) {
            incarnation.drain();
        }
    }

    /** There is a new connection to another replica. */
    void connectedTo(int other) {
        if (incarnation != null) {
            incarnation.hears(new Event.PeerConnected(other));
        }
    }

    /** How many frames it dropped for a reason. */
    public int rejected(RejectionReason reason) {
        return machine.diary.timesRefused(reason);
    }

    /** How many messages its protocol refused for a reason, named as in the protocol. */
    public int refused(String reason) {
        return machine.diary.timesRefused(reason);
    }

    // ---- life and death ----

    void start() {
        incarnations++;
        ReplicaIncarnation next = new ReplicaIncarnation(machine, incarnations, () -> paused);
        incarnation = next;
        try {
            next.begin();
        } catch (IOException e) {
            endIncarnation();
            machine.diary.announced(world.now() / 1000 + " ms: does not start: " + e.getMessage());
            return;
        }
        next.drain();
    }

    void crash() {
        endIncarnation();
        machine.crash();
        whilePaused.clear();
        paused = false;
        world.recorder.atReplica(id, EventKind.CRASH, "");
    }

    private void endIncarnation() {
        if (incarnation != null) {
            incarnation.end();
            incarnation = null;
        }
    }

    /** Its disk fails in the access after so many more of the kind that the fault strikes. */
    void failDisk(DiskFault fault, int successes) {
        machine.diskFaults.arm(fault, successes);
    }

    /** Stops, and has an empty disk from then on. */
    void wipeDisk() {
        crash();
        machine.wipe();
    }

    /** It is never started again. */
    void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }

    void restart(boolean withAmnesia) {
        if (retired) {
            return;
        }
        if (incarnation != null) {
            crash();
        }
        if (withAmnesia) {
            machine.forget();
        }
        start();
    }

    /** Nothing happens here until {@link #resume}, as in a long garbage collection. */
    void pause() {
        paused = true;
        world.recorder.atReplica(id, EventKind.PAUSE, "");
    }

    void resume() {
        if (paused) {
            paused = false;
            world.recorder.atReplica(id, EventKind.RESUME, "");
            List<Runnable> waiting = whilePaused;
            whilePaused = new ArrayList<>();
            if (incarnation != null) {
                incarnation.resumes();
            }
            waiting.forEach(Runnable::run);
            if (incarnation != null) {
                incarnation.drain();
            }
        }
    }

    /** From now on so many seconds pass by its clock in one. */
    void setClockRate(double rate) {
        machine.clock.setRate(rate, world.now());
    }

    /** Its date is set back; what passes by its clock is not. */
    void setClockBack(long millis) {
        machine.clock.setBack(millis);
    }

    void checkBounds() {
        if (isUp() && isCorrect()) {
            incarnation.checkBounds();
        }
    }

    /** At the end of a run: states are compared even where no checkpoint falls. */
    void checkState() {
        if (isUp() && isCorrect()) {
            incarnation.checkState();
        }
    }

    /** A frame arrives. */
    void onFrame(PeerId from, ByteString frame) {
        if (incarnation != null) {
            ReplicaIncarnation current = incarnation;
            machine.processor.take(from, isRelayed(from, frame), () -> deal(current, from, frame));
        }
    }

    private boolean isRelayed(PeerId from, ByteString frame) {
        return world.reader.open(frame) instanceof Decoded.Ok<Envelope> ok
                && ok.value().isRelayedBy(from);
    }

    private void deal(ReplicaIncarnation current, PeerId from, ByteString frame) {
        if (paused) {
            whilePaused.add(() -> current.take(from, frame));
        } else {
            current.take(from, frame);
            current.drain();
        }
    }
}
