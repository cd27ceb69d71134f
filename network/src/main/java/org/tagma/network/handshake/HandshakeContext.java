package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.NodeId;
import org.tagma.crypto.ConnectionKeys;
import org.tagma.network.transport.ConnectionRejection;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Role;
import org.tagma.network.transport.TransportLimits;
import org.tagma.network.transport.TransportOptions;
import org.tagma.network.transport.TransportStats;

/** What all handshakes of one transport share. Thread-safe. */
public final class HandshakeContext {
    private static final Logger LOG = LoggerFactory.getLogger(HandshakeContext.class);

    private final TransportOptions options;
    private final TransportStats stats;
    private final @Nullable TlsContexts tls;
    private final SecureRandom random = new SecureRandom();
    private final RateLimitedLog warnings = new RateLimitedLog(LOG);

    public HandshakeContext(TransportOptions options, TransportStats stats) {
        this.options = options;
        this.stats = stats;
        this.tls = options.tls().map(TlsContexts::new).orElse(null);
    }

    Hello helloTo(PeerId.Replica responder) {
        return new Hello(
                Hello.VERSION, tls != null, keys().clusterId(), keys().epoch(), options.self(), responder.id());
    }

    /** Bytes that have never been asked for before. */
    ByteString newChallenge() {
        byte[] challenge = new byte[HandshakeFrames.CHALLENGE_BYTES];
        random.nextBytes(challenge);
        return ByteString.copyFrom(challenge);
    }

    /** Why we do not go on with the one who says this; empty if we do. */
    Optional<Refusal> judge(Hello hello) {
        if (hello.version() != Hello.VERSION) {
            return Optional.of(Refusal.WRONG_VERSION);
        }
        if (!hello.clusterId().equals(keys().clusterId())) {
            return Optional.of(Refusal.WRONG_CLUSTER);
        }
        if (hello.epoch() != keys().epoch()) {
            return Optional.of(Refusal.WRONG_EPOCH);
        }
        if (hello.responder() != options.self().toNodeId().id()) {
            return Optional.of(Refusal.UNEXPECTED_PEER);
        }
        if (hello.tls() != (tls != null)) {
            return Optional.of(hello.tls() ? Refusal.TLS_NOT_SPOKEN : Refusal.TLS_DEMANDED);
        }
        return Optional.empty();
    }

    TransportLimits limits() {
        return options.limits();
    }

    ConnectionKeys keys() {
        return options.keys();
    }

    TransportStats stats() {
        return stats;
    }

    /** The settings that our peers must have as we have them. */
    ByteString settings() {
        ByteString settings = options.settings().get();
        if (settings.size() > HandshakeFrames.MAX_SETTINGS_BYTES) {
            throw new IllegalStateException("the text of the settings has " + settings.size() + " bytes");
        }
        return settings;
    }

    /** What encrypts a new connection, where the cluster wants that. */
    Optional<SslHandler> newTls(Role role, Channel channel) {
        return Optional.ofNullable(tls).map(contexts -> contexts.newHandler(role, channel.alloc()));
    }

    /** Without TLS always true. */
    boolean certificateNames(ChannelPipeline pipeline, NodeId node) {
        if (options.tls().isEmpty()) {
            return true;
        }
        try {
            X509Certificate certificate = (X509Certificate)
                    pipeline.get(SslHandler.class).engine().getSession().getPeerCertificates()[0];
            return options.tls().get().identify().apply(certificate).equals(Optional.of(node));
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    public void rejected(Channel channel, ConnectionRejection reason, String explanation) {
        stats.countRejected(reason);
        String line = "refused the connection with " + channel.remoteAddress() + ": " + explanation;
        switch (reason) {
            // Signs of a wrong configuration, which somebody wants to know about; strangers are not worth a warning.
            case WRONG_VERSION,
                    WRONG_CLUSTER,
                    WRONG_EPOCH,
                    WRONG_PROOF,
                    CERTIFICATE_MISMATCH,
                    TLS_MISMATCH,
                    SETTINGS_DIFFER,
                    REFUSED_BY_PEER -> warnings.warn(line);
            default -> LOG.debug("{}", line);
        }
    }

    void debug(String line) {
        LOG.debug("{}", line);
    }
}
