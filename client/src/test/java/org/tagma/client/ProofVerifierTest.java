package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.client.call.ProofVerifier;
import org.tagma.core.NodeId;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.crypto.CryptoProviders;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.crypto.RealAuthentication;
import org.tagma.network.NodeAccess;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterConfig.ReplicaEntry;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.network.cluster.NodePublicKeys;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

class ProofVerifierTest {

    private static final ByteString COLOUR = ByteString.copyFromUtf8("colour");
    private static final ByteString BLUE = ByteString.copyFromUtf8("blue");

    private final ClusterConfig config = config("cluster number 1", Protocols.named("pbft"), 1);
    private final ProofVerifier verifier = new ProofVerifier(config);
    private final MerkleStateStore store = new MerkleStateStore();

    ProofVerifierTest() {
        for (int i = 0; i < 20; i++) {
            store.put(ByteString.copyFromUtf8("key " + i), ByteString.copyFromUtf8("value " + i));
        }
        store.put(COLOUR, BLUE);
    }

    @Test
    void aProofOfAQuorumIsGood() throws Exception {
        assertThat(verifier.check(proof(COLOUR, config, 0, 1, 3)))
                .isEqualTo(new ProofVerifier.Result.Proven(128, Optional.of(BLUE), List.of(0, 1, 3)));
        assertThat(verifier.check(proof(ByteString.copyFromUtf8("size"), config, 0, 1, 2, 3)))
                .isEqualTo(new ProofVerifier.Result.Proven(128, Optional.empty(), List.of(0, 1, 2, 3)));
    }

    @Test
    void lessThanAQuorumProvesNothing() throws Exception {
        assertThat(verifier.check(proof(COLOUR, config, 0, 1))).isInstanceOf(ProofVerifier.Result.Refused.class);
        assertThat(verifier.check(proof(COLOUR, config, 0, 1, 1))).isInstanceOf(ProofVerifier.Result.Refused.class);
        assertThat(verifier.check(proof(COLOUR, config))).isInstanceOf(ProofVerifier.Result.Refused.class);
    }

    @Test
    void theSignaturesOfAnotherClusterProveNothing() throws Exception {
        ClusterConfig other = config("cluster number 2", Protocols.named("pbft"), 1);

        assertThat(verifier.check(proof(COLOUR, other, 0, 1, 2))).isInstanceOf(ProofVerifier.Result.Refused.class);
    }

    @Test
    void noChangedByteProvesSomethingElse() throws Exception {
        CertifiedProof good = proof(COLOUR, config, 0, 1, 2);
        ProofVerifier.Result proven = verifier.check(good);
        byte[] bytes = good.encode().toByteArray();
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;
            CertifiedProof.decode(ByteString.copyFrom(changed)).asOptional().ifPresent(forged -> {
                if (verifier.check(forged) instanceof ProofVerifier.Result.Proven other) {
                    // A changed key may be one that is rightly said not to be there.
                    assertThat(forged.proof().key()).isNotEqualTo(COLOUR);
                    assertThat(other.value()).isEmpty();
                }
            });
        }
        assertThat(verifier.check(good)).isEqualTo(proven);
    }

    @Test
    void aStateThatIsNotCertifiedProvesNothing() throws Exception {
        CertifiedProof good = proof(COLOUR, config, 0, 1, 2);
        store.put(COLOUR, ByteString.copyFromUtf8("red"));
        CertifiedProof other = proof(COLOUR, config, 0, 1, 2);

        assertThat(verifier.check(new CertifiedProof(other.proof(), good.manifest(), good.certificate())))
                .isInstanceOf(ProofVerifier.Result.Refused.class);
        assertThat(verifier.check(new CertifiedProof(other.proof(), other.manifest(), good.certificate())))
                .isInstanceOf(ProofVerifier.Result.Refused.class);
    }

    @Test
    void underRaftThereAreNoProofs() {
        assertThatThrownBy(() -> new ProofVerifier(config("cluster number 1", Protocols.named("raft"), 1)))
                .hasMessageContaining("Raft has no certificates");
    }

    private CertifiedProof proof(ByteString key, ClusterConfig signedIn, int... signers) throws KeyFileException {
        ByteString sessions = ByteString.copyFromUtf8("sessions");
        SnapshotManifest manifest =
                SnapshotManifest.of(sessions, Optional.of(store.tree().root()));
        Checkpoint vote = new Checkpoint(128, manifest.digest());
        ByteString payload = MessageCodec.encodePayload(vote);
        List<Authenticated<Checkpoint>> votes = new ArrayList<>();
        for (int signer : signers) {
            RealAuthentication authentication = new RealAuthentication(
                    new NodeId.Replica(signer),
                    keys(signer),
                    NodeAccess.clusterKeys(signedIn),
                    CryptoProviders.byName("bouncycastle"));
            ByteString signature = authentication.sign(MessageCodec.type(vote), payload);
            votes.add(new Authenticated<>(signer, vote, payload, signature));
        }
        StableCheckpoint certificate = new StableCheckpoint(new CheckpointCertificate(128, manifest.digest(), votes));
        return CertifiedProof.of(store.tree().prove(key), manifest.encode(), certificate);
    }

    private static ClusterConfig config(String cluster, ProtocolDefinition protocol, int faults) {
        List<ReplicaEntry> replicas = IntStream.range(0, 4)
                .mapToObj(id -> new ReplicaEntry(
                        id,
                        new ReplicaAddress("127.0.0.1", 1 + id),
                        new NodePublicKeys(
                                keys(id).publicKeys().ed25519(),
                                keys(id).publicKeys().x25519())))
                .toList();
        return new ClusterConfig(
                ByteString.copyFromUtf8(cluster),
                0,
                protocol,
                AuthenticationMode.MACS,
                CryptoProviderChoice.BOUNCYCASTLE,
                false,
                faults,
                true,
                Durability.MEMORY,
                ClusterConfig.Timeouts.defaults(),
                ClusterConfig.Batch.defaults(),
                ClusterConfig.Window.defaults(),
                ClusterConfig.Limits.defaults(),
                replicas,
                List.of());
    }

    private static NodeKeys keys(int id) {
        byte[] seed = new byte[32];
        seed[0] = (byte) (id + 1);
        return NodeKeys.fromSeed(ByteString.copyFrom(seed));
    }
}
