package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import org.tagma.core.Digest;
import org.tagma.core.protocol.ClientMessage.RequestKind;

/**
 * One number under which a request is sent; at-least-once requests get a new one for each retry. Once it is signed it
 * is
 * sent signed. Not thread-safe.
 */
public final class Attempt {

    /** About what its proof takes, signed or not. */
    private static final int PROOF_BYTES = 128;

    private final PendingRequest request;
    private final Session session;
    private final RequestKind kind;
    private final long number;
    private final ByteString payload;
    private final ReplyTally tally;
    /** Who was sent it without a signature. */
    private final BitSet unsignedAt = new BitSet();

    private ByteString frame = ByteString.EMPTY;
    private boolean signed;

    public Attempt(
            PendingRequest request,
            Session session,
            RequestKind kind,
            long number,
            ByteString payload,
            ReplyTally tally) {
        this.request = request;
        this.session = session;
        this.kind = kind;
        this.number = number;
        this.payload = payload;
        this.tally = tally;
    }

    public PendingRequest request() {
        return request;
    }

    public Session session() {
        return session;
    }

    public RequestKind kind() {
        return kind;
    }

    public long number() {
        return number;
    }

    public ReplyTally tally() {
        return tally;
    }

    /** How much it asks replicas to keep, whatever proves it. */
    long bytes() {
        return payload.size() + PROOF_BYTES;
    }

    /** Whether it is signed, so that nobody can ask for that. */
    public boolean isSigned() {
        return signed;
    }

    /**
     * The frame to send.
     *
     * @param receivers whom it will be sent to
     * @param wantsSignature whether it should be signed, from now on, where that depends
     */
    ByteString frame(ClientWire wire, BitSet receivers, boolean wantsSignature) {
        boolean signs = signed || wire.signs(wantsSignature);
        if (frame.isEmpty() || signs != signed) {
            signed = signs;
            frame = wire.request(payload, signed);
        }
        if (!signed) {
            unsignedAt.or(receivers);
        }
        return frame;
    }

    /** Whether a replica may ask for a signature of what has this digest: it was sent just that without one. */
    boolean mayBeAskedToSign(int replica, Digest digest) {
        return !signed && unsignedAt.get(replica) && Digest.of(payload).equals(digest);
    }
}
