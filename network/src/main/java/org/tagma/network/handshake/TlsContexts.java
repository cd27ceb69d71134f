package org.tagma.network.handshake;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import javax.net.ssl.SSLException;
import org.tagma.network.transport.Role;
import org.tagma.network.transport.TlsOptions;

/** TLS 1.3 for both roles, through the JDK: it is the provider that takes Ed25519 certificates. */
final class TlsContexts {
    private static final String PROTOCOL = "TLSv1.3";
    private static final int CLOSE_NOTIFY_TIMEOUT_MILLIS = 200;

    private final SslContext initiator;
    private final SslContext responder;

    TlsContexts(TlsOptions options) {
        try {
            initiator = SslContextBuilder.forClient()
                    .keyManager(options.privateKey(), options.certificate())
                    .trustManager(options.trustManager())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    // The key is pinned; host names play no part in who a node is.
                    .endpointIdentificationAlgorithm(null)
                    .build();
            responder = SslContextBuilder.forServer(options.privateKey(), options.certificate())
                    .trustManager(options.trustManager())
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOL)
                    .clientAuth(ClientAuth.REQUIRE)
                    .build();
        } catch (SSLException e) {
            throw new IllegalArgumentException("the TLS key or certificate cannot be used: " + e.getMessage(), e);
        }
    }

    SslHandler newHandler(Role role, ByteBufAllocator allocator) {
        SslHandler handler = (role == Role.INITIATOR ? initiator : responder).newHandler(allocator);
        // The deadline of the whole handshake covers TLS as well.
        handler.setHandshakeTimeoutMillis(0);
        // A peer that does not read would otherwise hold up the closing of its connection for seconds.
        handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT_MILLIS);
        return handler;
    }
}
