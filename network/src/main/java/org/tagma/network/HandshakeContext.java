package org.tagma.network;

import com.google.protobuf.ByteString;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.NodeId;

/** What all handshakes of one transport share. For the network thread. */
final class HandshakeContext {
    private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

    private final TransportOptions options;
    private final TransportStats stats;
    private final SecureRandom random = new SecureRandom();
    private final RateLimitedLog warnings = new RateLimitedLog(LOG);

    HandshakeContext(TransportOptions options, TransportStats stats) {
        this.options = options;
        this.stats = stats;
    }

    Hello newHello() {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        random.nextBytes(nonce);
        return new Hello(Hello.VERSION, options.clusterId(), options.self(), ByteString.copyFrom(nonce));
    }

    ByteString clusterId() {
        return options.clusterId();
    }

    TransportLimits limits() {
        return options.limits();
    }

    HandshakeAuthenticator authenticator() {
        return options.authenticator();
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

    void rejected(Channel channel, RejectReason reason, String explanation) {
        stats.countRejected(reason);
        String line = "refused the connection with " + channel.remoteAddress() + ": " + explanation;
        switch (reason) {
            // Signs of a wrong configuration, which somebody wants to know about; strangers are not worth a warning.
            case WRONG_VERSION, WRONG_CLUSTER, WRONG_PROOF, CERTIFICATE_MISMATCH -> warnings.warn(line);
            default -> LOG.debug("{}", line);
        }
    }

    void debug(String line) {
        LOG.debug("{}", line);
    }
}
