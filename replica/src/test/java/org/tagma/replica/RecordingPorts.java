package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TimerId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.state.MerkleTree;
import org.tagma.replica.engine.EngineListener;
import org.tagma.replica.engine.ReplicaEngine;
import org.tagma.replica.execution.Execution;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.threads.Timers;

/** All ports of an engine at once; writes down who was asked for what, in order. */
final class RecordingPorts implements Outbound, LogStore, Timers, Execution, EngineListener {

    final List<String> calls = new ArrayList<>();
    final List<ByteString> frames = new ArrayList<>();
    RecoveredLog recovered = RecoveredLog.empty();
    IOException barrierFailure;
    long wallMillis = 1_000;
    boolean waitsForDisk = true;

    ReplicaEngine.Ports asPorts() {
        return new ReplicaEngine.Ports(this, this, this, () -> wallMillis, this, this);
    }

    @Override
    public void toReplica(int replica, ByteString frame) {
        calls.add("to replica " + replica);
        frames.add(frame);
    }

    @Override
    public void toClient(SessionId session, ByteString frame) {
        calls.add("to client " + session);
        frames.add(frame);
    }

    @Override
    public void flush() {
        calls.add("flush");
    }

    @Override
    public RecoveredLog recover() {
        calls.add("recover");
        return recovered;
    }

    @Override
    public void append(LogRecord record) {
        calls.add("append " + record.sequence());
    }

    @Override
    public void barrier() throws IOException {
        calls.add("barrier");
        if (barrierFailure != null) {
            throw barrierFailure;
        }
    }

    @Override
    public void truncate(long sequence) {
        calls.add("truncate " + sequence);
    }

    @Override
    public void close() {}

    @Override
    public void set(TimerId timer, long delayMillis) {
        calls.add("set " + timer.name() + " " + delayMillis);
    }

    @Override
    public void cancel(TimerId timer) {
        calls.add("cancel " + timer.name());
    }

    @Override
    public void commit(long sequence, Batch batch) {
        calls.add("commit " + sequence);
    }

    @Override
    public void takeCheckpoint(long sequence) {
        calls.add("checkpoint " + sequence);
    }

    @Override
    public void releaseCheckpoints(long below) {
        calls.add("release " + below);
    }

    @Override
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        calls.add("install " + sequence);
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        calls.add("serve " + to);
    }

    @Override
    public void resendReply(Request request) {
        calls.add("resend " + request);
    }

    @Override
    public void answerRead(long id, long sequence) {
        calls.add("answer read " + id + " at " + sequence);
    }

    @Override
    public void refuseRead(long id) {
        calls.add("refuse read " + id);
    }

    @Override
    public void answerOperator(long id, boolean done, String text) {
        calls.add("answer operator " + id + " " + done + " " + text);
    }

    @Override
    public boolean waitsForDisk() {
        return waitsForDisk;
    }

    @Override
    public void onStatusChanged(long view, int primary, boolean serving) {
        calls.add("view " + view + (serving ? " serving" : " not serving"));
    }

    @Override
    public void announced(String text) {
        calls.add("announced " + text);
    }

    @Override
    public void evidence(int replica, Evidence evidence) {
        calls.add("evidence " + replica + " " + evidence.description());
    }

    @Override
    public void rejected(int replica, Rejection reason) {
        calls.add("rejected " + replica + " " + reason.name());
    }

    @Override
    public void stopped(String reason, Throwable cause) {
        calls.add("stopped " + reason);
    }
}
