package org.tagma.network;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ThreadLocalRandom;
import org.tagma.network.Transcript.Role;

/** A plain socket that can do the handshake, or do it wrong, and remembers what it sent. */
final class RawPeer implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = new DataOutputStream(socket.getOutputStream());
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    }

    static RawPeer connect(int port) {
        try {
            return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RawPeer accepted(Socket socket) {
        try {
            return new RawPeer(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Hello hello(PeerId self) {
        return hello(Hello.VERSION, LoopbackCluster.CLUSTER, self);
    }

    static Hello hello(int version, ByteString cluster, PeerId self) {
        byte[] nonce = new byte[Hello.NONCE_BYTES];
        ThreadLocalRandom.current().nextBytes(nonce);
        return new Hello(version, cluster, self, ByteString.copyFrom(nonce));
    }

    /** As initiator, up to and including our own proof. */
    void beginHandshake(PeerId self, PeerId remote) {
        beginHandshake(self, remote, LoopbackCluster.SECRET);
    }

    void beginHandshake(PeerId self, PeerId remote, String secret) {
        ByteString ownHello = hello(self).encode();
        writeFrame(ownHello);
        ByteString transcript = Transcript.of(Role.INITIATOR, ownHello, readFrame());
        writeFrame(new SecretAuthenticator(self.toNodeId(), secret).prove(remote.toNodeId(), transcript));
    }

    /** As initiator, until the other side has proved itself as well. */
    void handshake(PeerId self, PeerId remote) {
        beginHandshake(self, remote);
        readFrame();
    }

    void writeFrame(ByteString frame) {
        byte[] prefix = {
            (byte) (frame.size() >> 24), (byte) (frame.size() >> 16), (byte) (frame.size() >> 8), (byte) frame.size()
        };
        writeBytes(ByteString.copyFrom(prefix).concat(frame).toByteArray());
    }

    void writeBytes(byte... bytes) {
        try {
            sent.writeBytes(bytes);
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] allSent() {
        return sent.toByteArray();
    }

    ByteString readFrame() {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteString.copyFrom(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end of the stream, skipping what comes before it. */
    boolean isClosedByPeer() {
        try {
            while (true) {
                in.readByte();
            }
        } catch (EOFException | SocketException e) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("not closed in time", e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
