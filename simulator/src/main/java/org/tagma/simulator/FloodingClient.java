package org.tagma.simulator;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.simulator.workload.FloodHabit;
import org.tagma.simulator.workload.FloodHabit.Kind;

/**
 * A malicious client that asks for as much as it may have under way, in several sessions, without a pause. It asks for
 * no
 * operation on a register: those it makes are refused by the state machine, so they change nothing.
 *
 * <p>Not thread-safe.
 */
final class FloodingClient {

    private static final int SESSIONS = 8;
    private static final long PAUSE_MICROS = 1_000;

    private final int id;
    private final World world;
    private final Kind kind;
    private final long fromMillis;
    private final Authentication authentication;
    private final SplittableRandom random;
    /** By session: the highest number that was answered, and the one that was used last. */
    private final long[] answered = new long[SESSIONS];

    private final long[] used = new long[SESSIONS];

    private int session;

    FloodingClient(int id, World world, FloodHabit habit, Authentication authentication, SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.kind = habit.kind();
        this.fromMillis = habit.fromMillis();
        this.authentication = authentication;
        this.random = random;
    }

    int id() {
        return id;
    }

    void start() {
        world.queue.at(fromMillis * 1000, this::ask);
    }

    private void ask() {
        session = (session + 1) % SESSIONS;
        boolean all = used[session] >= answered[session] + world.serviceLimits.sessionPipeline();
        used[session] = all ? answered[session] + 1 : Math.max(used[session], answered[session]) + 1;
        SessionId asked = new SessionId(id, session + 1);
        for (int replica = 0; replica < world.quorums.replicas(); replica++) {
            boolean asks = kind == Kind.BIG_MAC ? replica == 0 : replica != 0 || kind != Kind.BACKUPS_ONLY;
            if (asks) {
                int version = kind == Kind.SAME_REQUESTS_TO_ALL ? 0 : replica;
                world.fromClient(asked, replica, request(asked, used[session], version));
            }
        }
        world.queue.after(PAUSE_MICROS / 2 + random.nextLong(PAUSE_MICROS), this::ask);
    }

    private ByteString request(SessionId asked, long number, int replica) {
        ByteString nonsense = ByteString.copyFromUtf8("nonsense " + number + " for " + replica);
        ByteString payload = MessageCodec.encodeRequestPayload(asked, number, RetrySemantics.EXACTLY_ONCE, nonsense);
        RequestAuthenticator good = RequestAuthenticator.of(authentication, payload, true, true);
        ByteString vector = kind == Kind.BIG_MAC ? goodForFirst(good.vector()) : good.vector();
        return MessageCodec.envelope(
                new NodeId.Client(id), MessageType.REQUEST_VALUE, payload, vector.concat(good.signature()));
    }

    private static ByteString goodForFirst(ByteString vector) {
        byte[] bytes = vector.toByteArray();
        Arrays.fill(bytes, Authentication.MAC_BYTES, bytes.length, (byte) 1);
        return ByteString.copyFrom(bytes);
    }

    /** A replica answers. */
    void onFrame(ByteString frame) {
        try {
            Envelope envelope = Envelope.parseFrom(frame);
            if (envelope.getTypeValue() == MessageType.REPLY_VALUE) {
                ReplyPayload reply = ReplyPayload.parseFrom(envelope.getPayload());
                int of = (int) reply.getSession() - 1;
                answered[of] = Math.max(answered[of], reply.getNumber());
            }
        } catch (InvalidProtocolBufferException unreadable) {
            // Nor would a client read it.
        }
    }
}
