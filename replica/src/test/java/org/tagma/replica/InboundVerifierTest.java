package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.crypto.Authentication;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.Envelope;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.RequestAuthenticator;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.inbound.Inbound;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.settings.AuthenticationPolicy;

final class InboundVerifierTest {

    private static final PeerId CLIENT_0 = new PeerId.ClientSession(0, 1);
    private static final PeerId REPLICA_0 = new PeerId.Replica(0);
    private static final PeerId REPLICA_2 = new PeerId.Replica(2);
    private static final Digest DIGEST = Digest.of(ByteString.copyFromUtf8("batch"));
    private static final AuthenticationPolicy MACS =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.MACS);
    private static final int VECTOR_BYTES = 4 * Authentication.MAC_BYTES;
    private static final AuthenticationPolicy CLIENT_SIGNATURES =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES);
    private static final AuthenticationPolicy SIGNATURES =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES);

    static List<AuthenticationPolicy> suspicious() {
        return List.of(
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES),
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES));
    }

    static List<AuthenticationPolicy> policies() {
        return List.of(
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES),
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES),
                MACS,
                AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.SIGNATURES),
                AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS),
                AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.CLIENT_SIGNATURES));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyMessageOfAReplicaIsAcceptedFromIt(AuthenticationPolicy policy) {
        for (Message message : messages(policy)) {
            Authenticated<?> sealed = TestCluster.sealed(0, policy, message);
            assertThat(verify(policy, REPLICA_0, MessageCodec.envelope(sealed)))
                    .isInstanceOfSatisfying(Inbound.ForEngine.class, forEngine -> {
                        var read = ((Event.MessageReceived) forEngine.event()).message();
                        assertThat(read.sender()).isZero();
                        assertThat(MessageCodec.envelope(read)).isEqualTo(MessageCodec.envelope(sealed));
                    });
            ByteString pointToPoint = TestCluster.sealer(0, policy).frameFor(1, message);
            assertThat(verify(policy, REPLICA_0, pointToPoint)).isInstanceOf(Inbound.ForEngine.class);
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void everyMessageWithAnyByteChangedIsRejected(AuthenticationPolicy policy) {
        InboundVerifier verifier = TestCluster.verifier(1, policy);
        for (Message message : messages(policy)) {
            ByteString frame = MessageCodec.envelope(TestCluster.sealed(0, policy, message));
            Inbound original = verifier.verify(REPLICA_0, frame);
            assertNoByteCanBeChanged(verifier, REPLICA_0, frame, original);
        }
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aRequestWithAnyByteChangedIsRejected(AuthenticationPolicy policy) {
        InboundVerifier verifier = TestCluster.verifier(1, policy);
        ByteString frame = MessageCodec.envelope(request(policy));
        Inbound original = verifier.verify(CLIENT_0, frame);
        assertThat(original).isInstanceOfSatisfying(Inbound.ForEngine.class, forEngine -> {
            Request read = ((Event.RequestReceived) forEngine.event()).request();
            assertThat(read.provedBy(RequestProof.SIGNED)).isEqualTo(request(policy));
        });
        assertNoByteCanBeChanged(verifier, CLIENT_0, frame, original);
    }

    @Test
    void aQueryWithAnyByteChangedIsRejected() {
        ByteString operation = ByteString.copyFromUtf8("get k");
        ByteString frame = TestCluster.query(0, 7, operation);
        Inbound original = verify(CLIENT_SIGNATURES, CLIENT_0, frame);
        assertThat(original).isEqualTo(new Inbound.ForExecution(new Query(new SessionId(0, 1), 7, operation)));
        assertNoByteCanBeChanged(TestCluster.verifier(1, CLIENT_SIGNATURES), CLIENT_0, frame, original);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aRelayedRequestSaysWhoRelayedIt(AuthenticationPolicy policy) {
        Request request = policy.maySignRequests() && !policy.mustSignRequests() ? signedUnderMacs() : request(policy);
        assertThat(verify(policy, REPLICA_2, MessageCodec.envelope(request)))
                .isEqualTo(new Inbound.ForEngine(new Event.RequestReceived(request, 2)));
    }

    @ParameterizedTest
    @MethodSource("policies")
    void messagesOfTheOtherProtocolAreRefused(AuthenticationPolicy policy) {
        List<Message> others = policy.trustsReplicas() ? pbftMessages(CLIENT_SIGNATURES) : raftMessages(policy);
        for (Message message : others) {
            if (!(message instanceof TransferMessage)) {
                assertRejected(RejectionReason.UNEXPECTED_TYPE, verify(policy, REPLICA_0, frame(0, policy, message)));
            }
        }
    }

    @Test
    void aReplicaThatDoesNotLieVouchesForTheRequestsInItsEntries() {
        Request unprovable = TestCluster.withAuthenticator(
                request(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS)),
                ByteString.copyFrom(new byte[16]));
        for (AuthenticationPolicy policy : List.of(
                AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS),
                AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.SIGNATURES))) {
            assertThat(verify(policy, REPLICA_0, frame(0, policy, append(unprovable))))
                    .isInstanceOf(Inbound.ForEngine.class);
            assertRejected(
                    RejectionReason.BAD_AUTHENTICATOR, verify(policy, CLIENT_0, MessageCodec.envelope(unprovable)));
            assertRejected(
                    RejectionReason.BAD_AUTHENTICATOR, verify(policy, REPLICA_0, MessageCodec.envelope(unprovable)));
        }
    }

    @Test
    void aSignatureIsNotAskedForWhereNothingIsSigned() {
        InboundVerifier verifier =
                TestCluster.verifier(1, AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS));
        Envelope envelope = MessageCodec.parseEnvelope(MessageCodec.envelope(
                        request(AuthenticationPolicy.of(Protocols.named("raft"), AuthenticationMode.MACS))))
                .asOptional()
                .orElseThrow();
        assertThat(verifier.requiresSignatureCheck(envelope)).isFalse();
        assertThat(verifier.verify(CLIENT_0, envelope)).isInstanceOf(Inbound.ForEngine.class);
    }

    @Test
    void garbageIsMalformed() {
        assertRejected(
                RejectionReason.MALFORMED,
                verify(CLIENT_SIGNATURES, CLIENT_0, ByteString.copyFromUtf8("GET / HTTP/1.1")));
        assertRejected(
                RejectionReason.MALFORMED,
                verify(CLIENT_SIGNATURES, REPLICA_0, ByteString.copyFrom(new byte[] {-1, -1})));
    }

    @Test
    void anEnvelopeThatSaysItsTypeTwiceIsNotCanonical() {
        ByteString frame = MessageCodec.envelope(request(CLIENT_SIGNATURES));
        assertRejected(
                RejectionReason.NOT_CANONICAL,
                verify(CLIENT_SIGNATURES, CLIENT_0, frame.substring(0, 2).concat(frame)));
    }

    @Test
    void aTypeThatNobodyKnowsIsRejected() {
        ByteString payload = ByteString.copyFromUtf8("x");
        ByteString mac = TestCluster.replica(0).macVector(200, payload);
        assertThat(verify(
                        CLIENT_SIGNATURES, REPLICA_0, MessageCodec.envelope(new NodeId.Replica(0), 200, payload, mac)))
                .isInstanceOfSatisfying(
                        Inbound.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .isIn(RejectionReason.UNKNOWN_TYPE, RejectionReason.MALFORMED));
    }

    @Test
    void aReplicaIsNotSentReplies() {
        Reply reply = new Reply(
                0, 0, 0, new SessionId(0, 1), RequestKind.FIFO, 1, ReplyStatus.OK, ByteString.copyFromUtf8("forged"));
        assertRejected(
                RejectionReason.UNEXPECTED_TYPE,
                verify(
                        CLIENT_SIGNATURES,
                        REPLICA_0,
                        TestCluster.sealer(0, CLIENT_SIGNATURES).frameOf(reply)));
    }

    @Test
    void aReplicaDoesNotRelayQueries() {
        assertRejected(
                RejectionReason.UNEXPECTED_TYPE,
                verify(CLIENT_SIGNATURES, REPLICA_0, TestCluster.query(0, 1, ByteString.EMPTY)));
    }

    @Test
    void aClientIsNotAReplica() {
        ByteString frame = frame(0, SIGNATURES, new Prepare(0, 1, DIGEST));
        assertRejected(RejectionReason.WRONG_SENDER, verify(SIGNATURES, CLIENT_0, frame));
    }

    @Test
    void aClientDoesNotSpeakForAnother() {
        ByteString frame = MessageCodec.envelope(TestCluster.request(1, 1, SIGNATURES, "x"));
        assertRejected(RejectionReason.WRONG_SENDER, verify(SIGNATURES, CLIENT_0, frame));
    }

    @ParameterizedTest
    @MethodSource("suspicious")
    void aVoteIsAcceptedFromItsSenderOnly(AuthenticationPolicy policy) {
        ByteString frame = frame(0, policy, new Commit(0, 1, DIGEST));
        assertRejected(RejectionReason.WRONG_SENDER, verify(policy, REPLICA_2, frame));
    }

    @ParameterizedTest
    @MethodSource("suspicious")
    void whatIsSignedInBothModesIsAcceptedFromAnyReplica(AuthenticationPolicy policy) {
        ViewChange viewChange = new ViewChange(1, certificate(8, 0, 1, 2), List.of(), List.of());
        assertThat(verify(policy, REPLICA_2, frame(0, policy, viewChange))).isInstanceOf(Inbound.ForEngine.class);
    }

    @Test
    void aMacForAnotherReplicaProvesNothing() {
        ByteString forReplica3 =
                TestCluster.sealer(0, CLIENT_SIGNATURES).frameFor(3, new Status(0, false, 1, 0, 0, false));
        assertRejected(RejectionReason.BAD_AUTHENTICATOR, verify(CLIENT_SIGNATURES, REPLICA_0, forReplica3));
    }

    @Test
    void aVoteWithMacsIsNotAcceptedWhereSignaturesAreAskedFor() {
        ByteString frame = frame(0, CLIENT_SIGNATURES, new Prepare(0, 1, DIGEST));
        assertRejected(RejectionReason.BAD_AUTHENTICATOR, verify(SIGNATURES, REPLICA_0, frame));
    }

    @Test
    void anOversizedBatchIsRejected() {
        List<Request> requests = IntStream.rangeClosed(1, 65)
                .mapToObj(number -> TestCluster.request(0, number, CLIENT_SIGNATURES, "x"))
                .toList();
        ByteString frame = frame(0, CLIENT_SIGNATURES, new PrePrepare(0, 1, Batch.of(1, requests)));
        assertRejected(RejectionReason.OVERSIZED, verify(CLIENT_SIGNATURES, REPLICA_0, frame));
    }

    @Test
    void aValueOutOfRangeIsRejected() {
        ByteString frame = frame(0, CLIENT_SIGNATURES, new Commit(-1, 1, DIGEST));
        assertRejected(RejectionReason.BAD_VALUE, verify(CLIENT_SIGNATURES, REPLICA_0, frame));
    }

    // Known bug 18, the big-MAC attack, from here on.

    @Test
    void aRequestWithAGoodMacAndABadSignatureIsNotFitForProposing() {
        Request bad = withSignatureBroken(request(CLIENT_SIGNATURES));
        assertRejected(
                RejectionReason.BAD_AUTHENTICATOR, verify(CLIENT_SIGNATURES, CLIENT_0, MessageCodec.envelope(bad)));
        assertRejected(
                RejectionReason.BAD_AUTHENTICATOR, verify(CLIENT_SIGNATURES, REPLICA_2, MessageCodec.envelope(bad)));
    }

    @Test
    void aRequestWithABadMacIsDroppedBeforeItCostsASignature() {
        Request bad = withMacBroken(request(CLIENT_SIGNATURES), 1);
        assertRejected(
                RejectionReason.BAD_AUTHENTICATOR, verify(CLIENT_SIGNATURES, CLIENT_0, MessageCodec.envelope(bad)));
        assertThat(verify(
                        CLIENT_SIGNATURES,
                        CLIENT_0,
                        MessageCodec.envelope(withMacBroken(request(CLIENT_SIGNATURES), 3))))
                .isInstanceOf(Inbound.ForEngine.class);
    }

    @Test
    void inAProposalTheSignatureCountsWhereTheMacIsBad() {
        Request badMacHere = withMacBroken(request(CLIENT_SIGNATURES), 1);
        assertThat(verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, proposal(badMacHere))))
                .isInstanceOf(Inbound.ForEngine.class);
    }

    /** A client that signs wrongly and makes good MACs of that harms nobody: what it asks for is what it asks for. */
    @Test
    void inAProposalTheMacSuffices() {
        Request good = request(CLIENT_SIGNATURES);
        ByteString bad = flip(good.authenticator().substring(VECTOR_BYTES), 0);
        ByteString vector = TestCluster.client(0)
                .macVector(RequestAuthenticator.SIGNED_REQUEST, good.payload().concat(bad));
        Request badSignature = TestCluster.withAuthenticator(good, vector.concat(bad));
        assertThat(verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, proposal(badSignature))))
                .isInstanceOf(Inbound.ForEngine.class);
    }

    @Test
    void whoeverSpoilsOrTakesAwayASignatureSpoilsTheMacs() {
        Request signed = signedUnderMacs();
        ByteString vector = signed.authenticator().substring(0, VECTOR_BYTES);
        for (Request altered : List.of(withSignatureBroken(signed), TestCluster.withAuthenticator(signed, vector))) {
            assertRejected(RejectionReason.BAD_AUTHENTICATOR, verify(MACS, CLIENT_0, MessageCodec.envelope(altered)));
        }
        Request unsigned = request(MACS);
        ByteString signature = signed.authenticator().substring(VECTOR_BYTES);
        assertRejected(
                RejectionReason.BAD_AUTHENTICATOR,
                verify(
                        MACS,
                        CLIENT_0,
                        MessageCodec.envelope(TestCluster.withAuthenticator(
                                unsigned, unsigned.authenticator().concat(signature)))));
    }

    private static Request signedUnderMacs() {
        Request unsigned = request(MACS);
        return TestCluster.withAuthenticator(unsigned, TestCluster.proof(0, MACS, unsigned.payload(), true));
    }

    @Test
    void aRequestUnderMacsSaysWhatProvesIt() {
        assertThat(proofOf(verify(MACS, CLIENT_0, MessageCodec.envelope(request(MACS)))))
                .isEqualTo(RequestProof.UNSIGNED);
        assertThat(proofOf(verify(MACS, CLIENT_0, MessageCodec.envelope(signedUnderMacs()))))
                .isEqualTo(RequestProof.SIGNED);
        assertThat(proofOf(verify(MACS, REPLICA_0, MessageCodec.envelope(signedUnderMacs()))))
                .isEqualTo(RequestProof.SIGNED);
    }

    private static RequestProof proofOf(Inbound inbound) {
        return ((Event.RequestReceived) ((Inbound.ForEngine) inbound).event())
                .request()
                .proof();
    }

    @Test
    void aRequestWithoutASignatureIsNotTakenFromAReplica() {
        assertRejected(
                RejectionReason.BAD_AUTHENTICATOR, verify(MACS, REPLICA_0, MessageCodec.envelope(request(MACS))));
    }

    @Test
    void aSignedRequestWithABadSignatureIsRefusedAndNotTakenForOneWithout() {
        Request unsigned = request(MACS);
        ByteString bad = ByteString.copyFrom(new byte[64]);
        ByteString vector = TestCluster.client(0)
                .macVector(
                        RequestAuthenticator.SIGNED_REQUEST, unsigned.payload().concat(bad));
        Request request = TestCluster.withAuthenticator(unsigned, vector.concat(bad));
        assertRejected(RejectionReason.BAD_AUTHENTICATOR, verify(MACS, CLIENT_0, MessageCodec.envelope(request)));
    }

    @Test
    void inAProposalARequestThatCannotBeCheckedHereIsMarkedAndTheOthersAreNot() {
        Request badHere = withMacBroken(request(MACS), 1);
        Request badElsewhere = withMacBroken(request(MACS), 2);
        PrePrepare proposal = new PrePrepare(0, 1, Batch.of(1, List.of(badHere, badElsewhere)));
        assertThat(verify(MACS, REPLICA_0, frame(0, MACS, proposal)))
                .isInstanceOfSatisfying(Inbound.ForEngine.class, forEngine -> {
                    var read = ((Event.MessageReceived) forEngine.event()).message();
                    assertThat(((PrePrepare) read.message()).batch().requests())
                            .extracting(Request::proof)
                            .containsExactly(RequestProof.UNCHECKED, RequestProof.UNSIGNED);
                });
    }

    @Test
    void inAProposalARequestWithNeitherIsRejected() {
        Request bad = withMacBroken(withSignatureBroken(request(CLIENT_SIGNATURES)), 1);
        assertRejected(
                RejectionReason.BAD_NESTED_AUTHENTICATOR,
                verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, proposal(bad))));
        Request unsigned = withSignatureBroken(request(SIGNATURES));
        assertRejected(
                RejectionReason.BAD_NESTED_AUTHENTICATOR,
                verify(SIGNATURES, REPLICA_0, frame(0, SIGNATURES, proposal(unsigned))));
    }

    @Test
    void aBodyThatWasAskedForByItsDigestIsTakenFromAReplicaThatCouldVerifyIt() {
        Request bad = withMacBroken(withSignatureBroken(request(CLIENT_SIGNATURES)), 1);
        Batch batch = Batch.of(1, List.of(bad));
        Inbound inbound = verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, new BatchBody(1, batch)));
        assertThat(inbound).isInstanceOfSatisfying(Inbound.ForEngine.class, forEngine -> {
            Message body = ((Event.MessageReceived) forEngine.event()).message().message();
            assertThat(((BatchBody) body).batch().digest()).isEqualTo(batch.digest());
        });
    }

    // Certificates.

    @Test
    void aCertificateNeedsAQuorumOfDifferentReplicas() {
        assertThat(verifyStable(certificate(8, 0, 1, 2))).isInstanceOf(Inbound.ForEngine.class);
        assertThat(verifyStable(certificate(8, 0, 1, 2, 3))).isInstanceOf(Inbound.ForEngine.class);
        assertRejected(RejectionReason.BAD_CERTIFICATE, verifyStable(certificate(8, 0, 1)));
        // Known bug 6: a signer counted twice.
        assertNotAccepted(verifyStable(certificate(8, 0, 1, 1)));
        assertNotAccepted(verifyStable(certificate(8, 0, 1, 2, 2)));
    }

    @Test
    void theVotesOfACertificateSayWhatItSays() {
        List<Authenticated<Checkpoint>> votes = new ArrayList<>(votes(8, DIGEST, 0, 1));
        votes.addAll(votes(16, DIGEST, 2));
        assertNotAccepted(verifyStable(new CheckpointCertificate(8, DIGEST, votes)));
        assertNotAccepted(verifyStable(new CheckpointCertificate(
                8, Digest.of(ByteString.copyFromUtf8("another")), votes(8, DIGEST, 0, 1, 2))));
    }

    @Test
    void aForgedVoteSpoilsACertificate() {
        List<Authenticated<Checkpoint>> votes = new ArrayList<>(votes(8, DIGEST, 0, 1, 2));
        Authenticated<Checkpoint> third = votes.get(2);
        votes.set(2, new Authenticated<>(3, third.message(), third.payload(), third.authenticator()));
        assertRejected(
                RejectionReason.BAD_NESTED_AUTHENTICATOR, verifyStable(new CheckpointCertificate(8, DIGEST, votes)));
    }

    @Test
    void theGenesisNeedsNoVotesAndHasOneDigest() {
        assertThat(verifyStable(CheckpointCertificate.GENESIS)).isInstanceOf(Inbound.ForEngine.class);
        assertNotAccepted(verifyStable(new CheckpointCertificate(0, DIGEST, List.of())));
        assertNotAccepted(verifyStable(new CheckpointCertificate(8, DIGEST, List.of())));
    }

    @Test
    void aNewViewShowsAQuorumOfDifferentViewChanges() {
        assertThat(verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, newView(0, 1, 2))))
                .isInstanceOf(Inbound.ForEngine.class);
        assertRejected(
                RejectionReason.BAD_CERTIFICATE,
                verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, newView(0, 1))));
        assertNotAccepted(verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, newView(0, 1, 1))));
    }

    @Test
    void aNewViewWithAForgedViewChangeIsRejected() {
        NewView good = newView(0, 1, 2);
        List<Authenticated<ViewChange>> changes = new ArrayList<>(good.viewChanges());
        Authenticated<ViewChange> last = changes.get(2);
        changes.set(2, new Authenticated<>(3, last.message(), last.payload(), last.authenticator()));
        NewView forged = new NewView(4, changes, good.reproposals());
        assertRejected(
                RejectionReason.BAD_NESTED_AUTHENTICATOR,
                verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, forged)));
    }

    private static List<Message> messages(AuthenticationPolicy policy) {
        return policy.trustsReplicas() ? raftMessages(policy) : pbftMessages(policy);
    }

    private static List<Message> raftMessages(AuthenticationPolicy policy) {
        SnapshotMeta snapshot = new SnapshotMeta(8, 2, DIGEST, Configuration.ofFirst(3));
        return List.of(
                append(request(policy)),
                new RaftMessage.AppendEntriesReply(2, 7, true, 9, 0, 0, false),
                new RaftMessage.RequestVote(2, 9, 1, true, false),
                new RaftMessage.RequestVoteReply(2, 2, true, true),
                new RaftMessage.InstallSnapshot(2, snapshot),
                new RaftMessage.RequestSnapshot(2),
                new RaftMessage.TimeoutNow(2),
                new RaftMessage.ReadIndex(2, 5),
                new RaftMessage.ReadIndexReply(2, 5, 9),
                new TransferMessage.FetchManifest(8, DIGEST));
    }

    private static RaftMessage.AppendEntries append(Request request) {
        Entry entry = new Entry.Requests(9, 2, Batch.of(1, List.of(request)));
        return new RaftMessage.AppendEntries(2, 8, 1, List.of(entry), 7, 3);
    }

    private static List<Message> pbftMessages(AuthenticationPolicy policy) {
        return List.of(
                proposal(request(policy)),
                new PrePrepare(0, 2, Batch.NULL),
                new Prepare(1, 2, DIGEST),
                new Commit(1, 2, DIGEST),
                new Checkpoint(8, DIGEST),
                new ViewChange(1, certificate(8, 0, 1, 2), List.of(new VoteInfo(9, DIGEST, 0)), List.of()),
                newView(0, 1, 2),
                new Status(1, true, 9, 8, 0, false),
                new StableCheckpoint(certificate(8, 0, 1, 2)),
                new PbftMessage.Committed(3, DIGEST),
                new PbftMessage.FetchBatch(3, DIGEST));
    }

    private static PrePrepare proposal(Request request) {
        return new PrePrepare(0, 1, Batch.of(1_000, List.of(request)));
    }

    private static Request request(AuthenticationPolicy policy) {
        return TestCluster.request(0, 1, policy, "put k v");
    }

    private static Request withMacBroken(Request request, int replica) {
        return withByteFlipped(request, replica * 16);
    }

    private static Request withSignatureBroken(Request request) {
        return withByteFlipped(request, request.authenticator().size() - 40);
    }

    private static Request withByteFlipped(Request request, int index) {
        return TestCluster.withAuthenticator(request, flip(request.authenticator(), index));
    }

    private static ByteString flip(ByteString bytes, int index) {
        byte[] changed = bytes.toByteArray();
        changed[index] ^= 1;
        return ByteString.copyFrom(changed);
    }

    private static List<Authenticated<Checkpoint>> votes(long sequence, Digest digest, int... replicas) {
        return IntStream.of(replicas)
                .mapToObj(replica -> TestCluster.sealed(replica, CLIENT_SIGNATURES, new Checkpoint(sequence, digest)))
                .toList();
    }

    private static CheckpointCertificate certificate(long sequence, int... replicas) {
        return new CheckpointCertificate(sequence, DIGEST, votes(sequence, DIGEST, replicas));
    }

    private static NewView newView(int... replicas) {
        List<Authenticated<ViewChange>> changes = IntStream.of(replicas)
                .mapToObj(replica -> TestCluster.sealed(
                        replica, CLIENT_SIGNATURES, new ViewChange(4, certificate(8, 0, 1, 2), List.of(), List.of())))
                .toList();
        return new NewView(4, changes, List.of(new Reproposal(9, DIGEST)));
    }

    private static Inbound verifyStable(CheckpointCertificate certificate) {
        return verify(CLIENT_SIGNATURES, REPLICA_0, frame(0, CLIENT_SIGNATURES, new StableCheckpoint(certificate)));
    }

    private static ByteString frame(int sender, AuthenticationPolicy policy, Message message) {
        return MessageCodec.envelope(TestCluster.sealed(sender, policy, message));
    }

    private static Inbound verify(AuthenticationPolicy policy, PeerId from, ByteString frame) {
        return TestCluster.verifier(1, policy).verify(from, frame);
    }

    /**
     * Changing a byte gives a rejection. Bytes that are for others to check are the exception: other replicas' MACs, in
     * which case the content must be the same.
     */
    private static void assertNoByteCanBeChanged(
            InboundVerifier verifier, PeerId from, ByteString frame, Inbound original) {
        for (int i = 0; i < frame.size(); i++) {
            Inbound changed = verifier.verify(from, flip(frame, i));
            if (!(changed instanceof Inbound.Rejected)) {
                assertThat(content(changed)).as("byte %d", i).isEqualTo(content(original));
            }
        }
    }

    private static Object content(Inbound inbound) {
        if (inbound instanceof Inbound.ForExecution) {
            return inbound;
        }
        Event event = ((Inbound.ForEngine) inbound).event();
        if (event instanceof Event.RequestReceived received) {
            return List.of(received.request().payload(), received.relayedBy());
        }
        Authenticated<?> message = ((Event.MessageReceived) event).message();
        return List.of(message.sender(), MessageCodec.type(message.message()), message.payload());
    }

    private static void assertRejected(RejectionReason reason, Inbound inbound) {
        assertThat(inbound).isInstanceOf(Inbound.Rejected.class);
        assertThat(((Inbound.Rejected) inbound).reason()).isEqualTo(reason);
    }

    private static void assertNotAccepted(Inbound inbound) {
        assertThat(inbound).isInstanceOf(Inbound.Rejected.class);
    }
}
