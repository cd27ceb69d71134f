package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/**
 * Mistakes in what one peer may cost the others: what is checked first, who waits for whom, who pays. Their killers are
 * tests of the replica, as {@code SimpleClass#method} of {@code org.tagma.replica}.
 */
public final class LaneMutants {

    private static final String FLOOD = "FloodTest#";
    private static final String STAGE = "InboundStageTest#";
    private static final String EXECUTION = "ExecutionQueueTest#";
    private static final String VERIFIER = "InboundVerifierTest#";

    /** All of them; no two have the same id. */
    public static final List<Mutant> ALL = List.of(
            of(
                    "the MACs of a request do not cover its signature",
                    "18",
                    "network/codec/RequestAuthenticator",
                    "return signature.isEmpty() ? payload : payload.concat(signature);",
                    "return payload;",
                    VERIFIER + "whoeverSpoilsOrTakesAwayASignatureSpoilsTheMacs"),
            of(
                    "a request without a signature is taken from a replica",
                    "18",
                    "replica/inbound/SignatureChecker",
                    "case ALONE -> UNSIGNED; case PROPOSED -> UNCHECKED; case RELAYED, VOUCHED_FOR -> Optional.empty();",
                    "case ALONE, RELAYED -> UNSIGNED; case PROPOSED -> UNCHECKED; case VOUCHED_FOR -> Optional.empty();",
                    VERIFIER + "aRequestWithoutASignatureIsNotTakenFromAReplica"),
            of(
                    "a request with a bad signature is taken for one without",
                    "18",
                    "replica/inbound/SignatureChecker",
                    "if (parts.isSigned()) { claims.add(ofClient(rule, proof, parts)); return SIGNED; } if"
                            + " (policy.trustsReplicas())",
                    "if (policy.trustsReplicas())",
                    VERIFIER + "aSignedRequestWithABadSignatureIsRefusedAndNotTakenForOneWithout"),
            of(
                    "nested signatures are checked before who may show them",
                    "38",
                    "replica/inbound/InboundVerifier",
                    "if (objection.isPresent()) {",
                    "if (objection.isPresent() && proofs.proofs().stream().allMatch(each ->"
                            + " authentication.verifySignature("
                            + "each.sender(), each.type(), each.payload(), each.authenticator()))) {",
                    FLOOD + "aNewViewOfSomebodyWhoIsNotThePrimaryCostsNoSignatureCheck"),
            of(
                    "a signer that is there twice is counted twice",
                    "38",
                    "protocol/pbft/PbftPlausibility",
                    "if (message.sender() >= quorums.replicas() || !senders.add(message.sender())) { return false; } }"
                            + " return senders.size() >= quorums.certificate();",
                    "if (message.sender() >= quorums.replicas()) { return false; } senders.add(message.sender()); }"
                            + " return messages.size() >= quorums.certificate();",
                    FLOOD + "aSignerThatIsCountedTwiceCostsNoSignatureCheck"),
            of(
                    "anybody may open a view",
                    "38",
                    "protocol/pbft/PbftPlausibility",
                    "return sender == quorums.primary(view)",
                    "return sender >= 0",
                    FLOOD + "aNewViewOfSomebodyWhoIsNotThePrimaryCostsNoSignatureCheck"),
            of(
                    "a lane is served until it is empty",
                    "38",
                    "replica/inbound/VerificationWorker",
                    "while (lane.hasCredit()) {",
                    "while (true) {",
                    FLOOD + "anHonestRequestWaitsForOneTurnOfTheFlooder"),
            of(
                    "votes wait for what their replica relays",
                    "39",
                    "replica/inbound/InboundLane",
                    "return envelope.isRelayedBy(peer) ? lane.relays : lane;",
                    "return lane;",
                    STAGE + "theVotesOfAReplicaDoNotWaitForTheRequestsThatItRelays"),
            of(
                    "one full lane stops reading from all",
                    "38",
                    "replica/inbound/InboundStage",
                    "return laneOf(from.toNodeId()).hasRoom();",
                    "return lanes.values().stream().allMatch(InboundLane::hasRoom);",
                    STAGE + "aReplicaWhoseLaneIsFullIsNotReadAndNobodyElseIsStopped"),
            of(
                    "one memory of good signatures for all signers",
                    "38",
                    "replica/inbound/SignatureChecker",
                    "signer -> new VerifiedCache(() -> shareOf(signer))",
                    "signer -> remembered.values().stream().findFirst().orElseGet(() -> new VerifiedCache(() ->"
                            + " shareOf(signer)))",
                    FLOOD + "whatOneNodeSignsDoesNotPushOutWhatAnotherSigned"),
            of(
                    "whoever wastes time is heard on",
                    "38",
                    "replica/inbound/InboundStage",
                    "if (lane.waste().waste(micros)) {",
                    "if (lane.waste().waste(0)) {",
                    FLOOD + "whoWastesTimeIsCutOffForAWhileCountedAndNamed"),
            of(
                    "a new connection is not told to the engine",
                    "11",
                    "replica/inbound/InboundStage",
                    "engineQueue.add(new Event.PeerConnected(replica.id()));",
                    "",
                    STAGE + "theEngineIsToldAtOnceWhichReplicasAreGoneAndWhichAreBack"),
            of(
                    "the room of a frame is given back before the engine has dealt with it",
                    "37",
                    "replica/inbound/EngineQueue",
                    "taken.add(waiting); events.add(waiting.event());",
                    "waiting.lane().release(waiting.chargedBytes()); events.add(waiting.event());",
                    "QueuesTest#theReplicasOwnEventsComeFirstAndThoseOfPeersTakeTurns"),
            of(
                    "commits wait for all queries",
                    "38",
                    "replica/execution/ExecutionLoop",
                    "(tasks.isEmpty() ? QUESTIONS_PER_PASS : QUESTIONS_BETWEEN_BATCHES)",
                    "QUESTIONS_PER_PASS",
                    EXECUTION + "aBatchThatComesMeanwhileWaitsForAFewQueriesAndNotForAll"),
            of(
                    "queries have no quota",
                    "37",
                    "replica/execution/AskedQueue",
                    "if (asker.bytes.addAndGet(charge) > Math.max(room, charge)) {",
                    "if (asker.bytes.addAndGet(charge) < 0) {",
                    EXECUTION + "whoAsksTooMuchIsToldSoAndOthersAreAnswered"),
            of(
                    "one client's reads may take all the room",
                    "37",
                    "replica/execution/WaitingReads",
                    "(ofClient > 0 && ofClient + more > memory.ofOneClient(Share.WAITING_READS))",
                    "false",
                    "ServiceExecutorTest#readsThatWaitAreBoundedInBytesOfOneClientAndOfAll"));

    private LaneMutants() {}
}
