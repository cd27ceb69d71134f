package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import org.junit.jupiter.api.Test;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.network.wire.AppendEntriesPayload;
import org.tagma.network.wire.BatchPart;
import org.tagma.network.wire.ConfigurationPart;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.InstallSnapshotPayload;
import org.tagma.network.wire.SnapshotPart;
import org.tagma.protocol.RejectionReason;

/** Raft's messages and records come back as they went; what no correct replica sends does not come in. */
class RaftCodecTest {

    private static final AppendEntries APPEND = new AppendEntries(9, 130, 8, Samples.entries(), 129, 77);
    private static final InstallSnapshot INSTALL = new InstallSnapshot(9, Samples.snapshot());

    @Property(tries = 1000)
    @Domain(RaftDomain.class)
    void everyMessageComesBack(@ForAll RaftMessage message) {
        Envelope sealed = FakeSignatures.seal(new NodeId.Replica(3), message);

        assertThat(Samples.CODEC.decode(sealed, FakeSignatures.VERIFIER)).isEqualTo(new Decoded.Ok<Message>(message));
        assertThat(MessageCodec.encodePayload(message)).isEqualTo(sealed.payload());
    }

    @Property(tries = 300)
    @Domain(RaftDomain.class)
    void everyRecordComesBack(@ForAll RaftRecord logRecord) {
        ByteString bytes = MessageCodec.encodeRecord(logRecord);

        assertThat(MessageCodec.decodeRecord(bytes)).isEqualTo(new Decoded.Ok<>(logRecord));
    }

    @Test
    void requestsInEntriesArePutBeforeTheVerifier() {
        Samples.assertRejected(
                Samples.decode(APPEND, MessageCodec.encodePayload(APPEND), FakeSignatures.REFUSE_ALL),
                RejectionReason.BAD_NESTED_AUTHENTICATOR);
    }

    @Test
    void moreEntriesThanTheWindowHoldsAreRejected() {
        List<Entry> tooMany = Collections.nCopies(Samples.LIMITS.maxWindow() + 1, new Entry.NoOp(1, 1));
        AppendEntries append = new AppendEntries(9, 0, 0, tooMany, 0, 0);
        Samples.assertRejected(decode(append, MessageCodec.encodePayload(append)), RejectionReason.OVERSIZED);
    }

    @Test
    void emptyRequestsWithoutEndAreRejectedBeforeTheyAreRead() {
        BatchPart.Builder batch = BatchPart.newBuilder();
        for (int i = 0; i < 1_000; i++) {
            batch.addRequests(org.tagma.network.wire.Envelope.getDefaultInstance());
        }
        Samples.assertRejected(
                decode(APPEND, appendOf(EntryPart.newBuilder().setBatch(batch))), RejectionReason.OVERSIZED);
    }

    @Test
    void anEntryIsOfOneKindAndHasAPlaceAndATerm() {
        assertBadEntry(EntryPart.newBuilder().setIndex(1));
        assertBadEntry(EntryPart.newBuilder().setTerm(1));
        assertBadEntry(EntryPart.newBuilder()
                .setIndex(1)
                .setTerm(1)
                .setBatch(BatchPart.newBuilder().setTimeMillis(1))
                .setConfiguration(ConfigurationPart.newBuilder().addVoters(0)));
        assertBadEntry(EntryPart.newBuilder()
                .setIndex(1)
                .setTerm(1)
                .setBatch(BatchPart.newBuilder().setNullBatch(true)));
    }

    @Test
    void aConfigurationHasVotersOfTheClusterEachOnce() {
        assertBadConfiguration(ConfigurationPart.newBuilder());
        assertBadConfiguration(ConfigurationPart.newBuilder().addOldVoters(1));
        assertBadConfiguration(ConfigurationPart.newBuilder().addVoters(1).addVoters(0));
        assertBadConfiguration(ConfigurationPart.newBuilder().addVoters(1).addVoters(1));
        assertBadConfiguration(ConfigurationPart.newBuilder().addVoters(1).addLearners(1));
        assertBadConfiguration(ConfigurationPart.newBuilder().addVoters(Samples.LIMITS.maxReplicas()));
        assertBadConfiguration(ConfigurationPart.newBuilder().addVoters(-1));
    }

    @Test
    void aSnapshotNamesItsGroup() {
        SnapshotPart part = SnapshotPart.newBuilder()
                .setStateDigest(Samples.digest("state").bytes())
                .build();
        Samples.assertRejected(decode(INSTALL, installOf(part)), RejectionReason.BAD_VALUE);
        Samples.assertRejected(
                decode(INSTALL, InstallSnapshotPayload.getDefaultInstance().toByteString()), RejectionReason.BAD_VALUE);
    }

    private static void assertBadEntry(EntryPart.Builder entry) {
        Samples.assertRejected(decode(APPEND, appendOf(entry)), RejectionReason.BAD_VALUE);
    }

    private static void assertBadConfiguration(ConfigurationPart.Builder configuration) {
        assertBadEntry(EntryPart.newBuilder().setIndex(1).setTerm(1).setConfiguration(configuration));
        Samples.assertRejected(
                decode(
                        INSTALL,
                        installOf(SnapshotPart.newBuilder()
                                .setIndex(1)
                                .setTerm(1)
                                .setStateDigest(Samples.digest("state").bytes())
                                .setConfiguration(configuration)
                                .build())),
                RejectionReason.BAD_VALUE);
    }

    private static ByteString appendOf(EntryPart.Builder entry) {
        return AppendEntriesPayload.newBuilder()
                .setTerm(1)
                .addEntries(entry)
                .build()
                .toByteString();
    }

    private static ByteString installOf(SnapshotPart snapshot) {
        return InstallSnapshotPayload.newBuilder()
                .setTerm(1)
                .setSnapshot(snapshot)
                .build()
                .toByteString();
    }

    private static Decoded<Message> decode(Message as, ByteString payload) {
        return Samples.decode(as, payload, FakeSignatures.ACCEPT_ALL);
    }
}
