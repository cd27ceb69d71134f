package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in execution, checkpoints and state transfer. */
final class ExecutionMutants {

    private static final String EXECUTION = "KnownBugsExecutionTest#";
    private static final String LIAR = EXECUTION + "bug23_aStateIsFetchedInSpiteOfALiar";
    private static final String DIVERGING = EXECUTION + "bug24_aDivergingReplicaIsNamedByTheOthersAndHalts";
    private static final String CACHED = EXECUTION + "bug16_anOldRequestOrderedAgainBringsOnlyTheCachedReply";

    static final List<Mutant> ALL = List.of(
            of(
                    "a diverged replica goes on",
                    "24",
                    "core/pbft/CheckpointTracker",
                    "if (!mine.equals(certificate.stateDigest()))",
                    "if (false)",
                    DIVERGING),
            of(
                    "a diverged replica is not named",
                    "24",
                    "core/pbft/CheckpointTracker",
                    "if (!vote.message().equals(certified))",
                    "if (false)",
                    DIVERGING),
            of(
                    "empty batches are made one after the other",
                    "22",
                    "core/pbft/NormalCase",
                    "Math.max(pipeline, alone)",
                    "pipeline",
                    "AmnesiaRecoveryTest#emptyBatchesFillTheWindowWhilePendingOnesAreHeldByThePipeline"),
            of(
                    "empty batches go before what clients ask for",
                    "22",
                    "core/pbft/NormalCase",
                    "while (asked && mayPropose())",
                    "while (asked && mayPropose() && state.nextSequence > fillUpTo)",
                    "AmnesiaRecoveryTest#whatClientsAskForGoesBeforeTheEmptyBatchesOfAReplicaThatForgot"),
            of(
                    "a duplicate is executed again",
                    "16",
                    "core/service/SessionTable",
                    "return request.number() == session.nextNumber() ? new Handling.Execute()",
                    "return true ? new Handling.Execute()",
                    CACHED),
            of(
                    "a session's requests run in any order",
                    "16",
                    "core/service/SessionTable",
                    "if (request.number() > session.nextNumber()) { return new Handling.Wait(); }",
                    "if (request.number() > session.nextNumber()) { return new Handling.Execute(); }",
                    EXECUTION + "bug16_aSessionsRequestsRunInTheOrderOfTheirNumbers"),
            of(
                    "the session table is not part of the fetched state",
                    "16",
                    "core/service/ReplicatedService",
                    "sessions = installed;",
                    "sessions = new SessionTable(settings.limits());",
                    CACHED),
            of(
                    "a chunk is not checked",
                    "23",
                    "core/service/SnapshotManifest",
                    "return chunk.size() == length && Digest.of(chunk).equals(chunks.get(index));",
                    "return chunk.size() == length;",
                    LIAR),
            of(
                    "a manifest is not checked",
                    "23",
                    "core/service/StateFetcher",
                    "if (!Digest.of(encoded).equals(target.orElseThrow().stateDigest()))",
                    "if (false)",
                    LIAR),
            of(
                    "a silent source is not replaced",
                    "23",
                    "core/service/StateFetcher",
                    "ticks - late.getValue().atTick() >= limits.retryTicks()",
                    "false",
                    LIAR,
                    EXECUTION + "bug23_aSourceThatDiesInTheMiddleIsReplaced"),
            of(
                    "a liar is asked again",
                    "23",
                    "core/service/TransferSources",
                    "usable.remove(source);",
                    "",
                    EXECUTION + "bug23_aLiarIsNotAskedAgain"),
            of(
                    "a shown certificate is not checked",
                    "23",
                    "core/pbft/CheckpointTracker",
                    "if (!PbftValidator.certifies(certificate, state.config))",
                    "if (false)",
                    EXECUTION + "bug23_anUncertifiedCheckpointMovesNobody"));

    private ExecutionMutants() {}
}
