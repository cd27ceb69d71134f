package org.tagma.network;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.tagma.crypto.ConnectionKeys;
import org.tagma.crypto.NoiseCipher;
import org.tagma.crypto.NoiseIk;
import org.tagma.network.handshake.HandshakeFrames;
import org.tagma.network.handshake.Hello;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.PeerId;

/** A plain socket that can do the handshake, or do it wrong, and remembers what it sent. */
final class RawPeer implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private NoiseIk.Ciphers ciphers;

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

    /** From one of the loopback's other addresses. */
    static RawPeer connect(int port, String from) {
        try {
            return new RawPeer(new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0));
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
        return hello(self, new PeerId.Replica(1));
    }

    static Hello hello(PeerId self, PeerId remote) {
        return new Hello(
                Hello.VERSION,
                false,
                LoopbackCluster.CLUSTER,
                0,
                self,
                remote.toNodeId().id());
    }

    /** As initiator, up to and including the proof; returns what Noise is to be bound to. */
    ByteString proveMembership(PeerId self, PeerId remote, ConnectionKeys keys, PeerId provedTo) {
        ByteString transcript = greet(self, remote);
        prove(keys, provedTo, transcript);
        return transcript;
    }

    /** As initiator, up to and including the challenge; returns what is to be proved. */
    ByteString greet(PeerId self, PeerId remote) {
        ByteString hello = hello(self, remote).encode();
        writeFrame(hello);
        return HandshakeFrames.transcript(hello, HandshakeFrames.body(readFrame()));
    }

    private void prove(ConnectionKeys keys, PeerId to, ByteString transcript) {
        writeFrame(HandshakeFrames.of(HandshakeFrames.PROOF, keys.prove(to.toNodeId(), transcript)));
    }

    /** As initiator, up to and including our message of Noise. */
    NoiseIk beginHandshake(PeerId self, PeerId remote) {
        ConnectionKeys keys = TestNodes.of(self.toNodeId());
        return beginNoise(keys, remote, proveMembership(self, remote, keys, remote));
    }

    private NoiseIk beginNoise(ConnectionKeys keys, PeerId remote, ByteString transcript) {
        NoiseIk noise = keys.initiate(remote.toNodeId(), transcript).orElseThrow();
        writeFrame(HandshakeFrames.of(HandshakeFrames.FIRST, noise.write(ByteString.EMPTY)));
        return noise;
    }

    /** As initiator, until both sides have proved themselves; what is written from now on is sealed. */
    void handshake(PeerId self, PeerId remote) {
        finish(beginHandshake(self, remote));
    }

    /** The same, for one who has greeted already. */
    void handshakeOf(PeerId self, PeerId remote, ByteString transcript) {
        ConnectionKeys keys = TestNodes.of(self.toNodeId());
        prove(keys, remote, transcript);
        finish(beginNoise(keys, remote, transcript));
    }

    private void finish(NoiseIk noise) {
        assertThat(noise.read(HandshakeFrames.body(readFrame()))).isPresent();
        ciphers = noise.split();
        writeFrame(HandshakeFrames.of(HandshakeFrames.CONFIRMATION, ByteString.EMPTY));
    }

    /** One frame, sealed in one record once there are keys. */
    ByteString sealed(ByteString bytes) {
        byte[] record = new byte[2 + bytes.size() + NoiseCipher.TAG_BYTES];
        bytes.copyTo(record, 2);
        int length = ciphers.outbound().seal(record, 2, bytes.size());
        record[0] = (byte) (length >> 8);
        record[1] = (byte) length;
        return ByteString.copyFrom(record);
    }

    void writeFrame(ByteString frame) {
        byte[] prefix = {
            (byte) (frame.size() >> 24), (byte) (frame.size() >> 16), (byte) (frame.size() >> 8), (byte) frame.size()
        };
        writeBytes(ByteString.copyFrom(prefix).concat(frame).toByteArray());
    }

    /** Sealed, once there are keys. */
    void writeBytes(byte... bytes) {
        writeRaw(ciphers == null ? bytes : sealed(ByteString.copyFrom(bytes)).toByteArray());
    }

    void writeRaw(byte... bytes) {
        try {
            sent.writeBytes(bytes);
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Unless the other side has gone. */
    void tryWrite(byte next) {
        try {
            out.write(next);
            out.flush();
        } catch (IOException e) {
            // Thrown out, as it deserves.
        }
    }

    byte[] allSent() {
        return sent.toByteArray();
    }

    ByteString readFrame() {
        try {
            if (ciphers != null) {
                return openRecord();
            }
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteString.copyFrom(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The frame of a record that holds one. */
    private ByteString openRecord() throws IOException {
        byte[] record = new byte[in.readUnsignedShort()];
        in.readFully(record);
        int length = ciphers.inbound().open(record, 0, record.length);
        return ByteString.copyFrom(record, Framing.PREFIX_BYTES, length - Framing.PREFIX_BYTES);
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
