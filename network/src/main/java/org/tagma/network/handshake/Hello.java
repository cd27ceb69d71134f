package org.tagma.network.handshake;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.tagma.network.transport.PeerId;

/**
 * The first frame of a connection: what the initiator speaks, who it is, and whom it wants.
 *
 * <p>Layout: {@code "TGMA"}, version (2 bytes), whether TLS follows (1 byte: 0 or 1), cluster id (length byte and
 * bytes), epoch (4 bytes), kind (1 byte: 0 replica, 1 client), id (4 bytes), session (8 bytes, 0 for a replica), the
 * responder's id (4 bytes); big-endian; nothing may follow.
 */
public record Hello(int version, boolean tls, ByteString clusterId, long epoch, PeerId peer, int responder) {
    /** Of all that two nodes say to each other; 1 had no keys for each connection. */
    public static final int VERSION = 3;

    private static final ByteString MAGIC = ByteString.copyFromUtf8("TGMA");
    private static final int KIND_REPLICA = 0;
    private static final int KIND_CLIENT = 1;
    private static final int FIXED_BYTES = 4 + 2 + 1 + 1 + 4 + 1 + 4 + 8 + 4;

    public ByteString encode() {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + clusterId.size());
        MAGIC.copyTo(out);
        out.putShort((short) version);
        out.put((byte) (tls ? 1 : 0));
        out.put((byte) clusterId.size());
        clusterId.copyTo(out);
        out.putInt((int) epoch);
        out.put((byte) (peer instanceof PeerId.Replica ? KIND_REPLICA : KIND_CLIENT));
        out.putInt(peer.toNodeId().id());
        out.putLong(peer instanceof PeerId.ClientSession client ? client.session() : 0);
        out.putInt(responder);
        return ByteString.copyFrom(out.flip());
    }

    /**
     * Reads a hello. Of another version, only the version is read, since the rest may look different.
     *
     * @throws MalformedHelloException if it is not a hello at all
     */
    public static Hello decode(ByteString frame) throws MalformedHelloException {
        if (frame.size() < MAGIC.size() + 2 || !frame.startsWith(MAGIC)) {
            throw new MalformedHelloException();
        }
        ByteBuffer in = frame.asReadOnlyByteBuffer();
        in.position(MAGIC.size());
        int version = Short.toUnsignedInt(in.getShort());
        if (version != VERSION) {
            return new Hello(version, false, ByteString.EMPTY, 0, new PeerId.Replica(0), 0);
        }
        if (in.remaining() < 2) {
            throw new MalformedHelloException();
        }
        byte tls = in.get();
        int clusterIdBytes = Byte.toUnsignedInt(in.get());
        if (frame.size() != FIXED_BYTES + clusterIdBytes || tls < 0 || tls > 1) {
            throw new MalformedHelloException();
        }
        ByteString clusterId = frame.substring(in.position(), in.position() + clusterIdBytes);
        in.position(in.position() + clusterIdBytes);
        long epoch = Integer.toUnsignedLong(in.getInt());
        PeerId peer = peer(in.get(), in.getInt(), in.getLong());
        return new Hello(version, tls == 1, clusterId, epoch, peer, in.getInt());
    }

    private static PeerId peer(byte kind, int id, long session) throws MalformedHelloException {
        if (id >= 0 && kind == KIND_REPLICA && session == 0) {
            return new PeerId.Replica(id);
        }
        if (id >= 0 && kind == KIND_CLIENT) {
            return new PeerId.ClientSession(id, session);
        }
        throw new MalformedHelloException();
    }

    /** The bytes are not a hello. */
    public static final class MalformedHelloException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
