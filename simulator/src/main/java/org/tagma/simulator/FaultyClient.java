package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.SplittableRandom;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.wire.MessageType;
import org.tagma.replica.settings.AuthenticationPolicy;

/**
 * A malicious client. Its requests carry vectors of MACs that are good for some replicas and bad for others (the
 * big-MAC attack of Aardvark), with and without a good signature; under one number it asks different replicas for
 * different things; it leaves out numbers, and uses numbers far away. It asks for no operation on a register: those it
 * makes are refused by the state machine, so they change nothing.
 *
 * <p>Not thread-safe.
 */
final class FaultyClient {

    private static final int REQUESTS = 40;
    private static final long PAUSE_MICROS = 50_000;

    private final int id;
    private final World world;
    private final Authentication authentication;
    private final SplittableRandom random;
    private int sent;
    private long number = 1;

    FaultyClient(int id, World world, Authentication authentication, SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.authentication = authentication;
        this.random = random;
    }

    void start() {
        ask();
    }

    private void ask() {
        if (sent++ < REQUESTS) {
            long asked = random.nextInt(5) == 0 ? number + random.nextInt(1, 1 << 20) : number++;
            for (int replica = 0; replica < world.quorums.replicas(); replica++) {
                world.fromClient(new SessionId(id, 1), replica, request(asked));
            }
            world.queue.after(random.nextLong(PAUSE_MICROS), this::ask);
        }
    }

    private ByteString request(long asked) {
        String nonsense = "nonsense " + (random.nextInt(3) == 0 ? random.nextInt() : asked);
        ByteString payload = MessageCodec.encodeRequestPayload(
                new SessionId(id, 1), asked, RetrySemantics.EXACTLY_ONCE, ByteString.copyFromUtf8(nonsense));
        AuthenticationPolicy policy = world.policy;
        boolean signed = policy.mustSignRequests() || (policy.maySignRequests() && random.nextBoolean());
        RequestAuthenticator good =
                RequestAuthenticator.of(authentication, payload, policy.putsVectorOnRequests(), signed);
        boolean spoilt = signed && policy.putsVectorOnRequests() && random.nextInt(3) == 0;
        ByteString proof = partlyBad(good.vector()).concat(spoilt ? partlyBad(good.signature()) : good.signature());
        return MessageCodec.envelope(new NodeId.Client(id), MessageType.REQUEST_VALUE, payload, proof);
    }

    private ByteString partlyBad(ByteString good) {
        byte[] bytes = good.toByteArray();
        for (int at = 0; at < bytes.length; at += Authentication.MAC_BYTES) {
            if (random.nextBoolean()) {
                bytes[at] ^= 1;
            }
        }
        return ByteString.copyFrom(bytes);
    }
}
