package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;

/** What is encoded comes back equal, for every message and every record; so do the bytes when it is encoded again. */
@Domain(MessageDomain.class)
class RoundTripTest {

    @Property(tries = 300)
    void requestComesBack(@ForAll Request request) {
        assertComesBack(new NodeId.Client(request.session().client()), request);
    }

    @Property(tries = 300)
    void queryComesBack(@ForAll Query query) {
        assertComesBack(new NodeId.Client(query.session().client()), query);
    }

    @Property(tries = 300)
    void replyComesBack(@ForAll Reply reply) {
        assertComesBack(new NodeId.Replica(reply.replica()), reply);
    }

    @Property(tries = 200)
    void prePrepareComesBack(@ForAll PrePrepare prePrepare) {
        assertComesBack(prePrepare);
    }

    @Property(tries = 300)
    void prepareComesBack(@ForAll Prepare prepare) {
        assertComesBack(prepare);
    }

    @Property(tries = 300)
    void commitComesBack(@ForAll Commit commit) {
        assertComesBack(commit);
    }

    @Property(tries = 300)
    void checkpointComesBack(@ForAll Checkpoint checkpoint) {
        assertComesBack(checkpoint);
    }

    @Property(tries = 100)
    void viewChangeComesBack(@ForAll ViewChange viewChange) {
        assertComesBack(viewChange);
    }

    @Property(tries = 50)
    void newViewComesBack(@ForAll NewView newView) {
        assertComesBack(newView);
    }

    @Property(tries = 300)
    void statusComesBack(@ForAll Status status) {
        assertComesBack(status);
    }

    @Property(tries = 100)
    void stableCheckpointComesBack(@ForAll StableCheckpoint stable) {
        assertComesBack(stable);
    }

    @Property(tries = 300)
    void committedComesBack(@ForAll Committed committed) {
        assertComesBack(committed);
    }

    @Property(tries = 300)
    void fetchBatchComesBack(@ForAll FetchBatch fetch) {
        assertComesBack(fetch);
    }

    @Property(tries = 200)
    void batchBodyComesBack(@ForAll BatchBody body) {
        assertComesBack(body);
    }

    @Property(tries = 300)
    void fetchManifestComesBack(@ForAll FetchManifest fetch) {
        assertComesBack(fetch);
    }

    @Property(tries = 300)
    void fetchChunkComesBack(@ForAll FetchChunk fetch) {
        assertComesBack(fetch);
    }

    @Property(tries = 300)
    void manifestAnswerComesBack(@ForAll ManifestAnswer answer) {
        assertComesBack(answer);
    }

    @Property(tries = 300)
    void chunkAnswerComesBack(@ForAll ChunkAnswer answer) {
        assertComesBack(answer);
    }

    @Property(tries = 300)
    void fetchPieceComesBack(@ForAll FetchPiece fetch) {
        assertComesBack(fetch);
    }

    @Property(tries = 300)
    void pieceAnswerComesBack(@ForAll PieceAnswer answer) {
        assertComesBack(answer);
    }

    @Property(tries = 300)
    void everyRecordComesBack(@ForAll PbftRecord logRecord) {
        ByteString bytes = MessageCodec.encodeRecord(logRecord);

        assertThat(MessageCodec.decodeRecord(bytes)).isEqualTo(new Decoded.Ok<>(logRecord));
        assertThat(MessageCodec.encodeRecord(logRecord)).isEqualTo(bytes);
    }

    private static void assertComesBack(Message message) {
        assertComesBack(new NodeId.Replica(3), message);
    }

    private static void assertComesBack(NodeId sender, Message message) {
        Envelope sealed = FakeSignatures.seal(sender, message);
        ByteString frame =
                MessageCodec.envelope(sealed.sender(), sealed.type(), sealed.payload(), sealed.authenticator());

        Envelope opened = MessageCodec.parseEnvelope(frame).asOptional().orElseThrow();
        assertThat(opened).isEqualTo(sealed);
        Message decoded = Samples.CODEC
                .decode(opened, FakeSignatures.VERIFIER)
                .asOptional()
                .orElseThrow(() -> new AssertionError(Samples.CODEC.decode(opened, FakeSignatures.VERIFIER)));
        assertThat(decoded).isEqualTo(message);
        assertThat(MessageCodec.encodePayload(decoded)).isEqualTo(sealed.payload());
    }
}
