package org.tagma.client.call;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.network.codec.CertifiedProof;

/**
 * A value of the replicated state with its proof, which has been checked.
 *
 * <p>Immutable.
 *
 * @param sequence it is of the state after so many batches, which is somewhat in the past
 * @param value empty if the key was not there
 * @param proof convinces anybody else who has the cluster file, by {@link ProofVerifier}
 */
public record ProvenValue(long sequence, Optional<ByteString> value, CertifiedProof proof) {}
