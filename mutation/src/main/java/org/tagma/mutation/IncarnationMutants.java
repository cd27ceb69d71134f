package org.tagma.mutation;

import java.util.List;

/** Mistakes in finding out whether a disk is the newest one. */
final class IncarnationMutants {

    private static final String CHECK = "core/incarnation/DiskCheck";
    private static final String JUDGEMENT = "core/incarnation/Judgement";
    private static final String OLD_DISK = "incarnation.DiskCheckTest#bug22_anOldDiskThatIsPutBackIsFoundOut";

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "an incarnation has the number of the last",
                    "22",
                    CHECK,
                    "new Incarnation(before + 1,",
                    "new Incarnation(before,",
                    OLD_DISK),
            Mutant.of(
                    "a replica begins before it has been answered",
                    "22",
                    CHECK,
                    "return judgement.isComplete() ? begin() : List.of();",
                    "return begin();",
                    "incarnation.DiskCheckTest#nothingIsPassedOnBeforeEnoughHaveAnswered"),
            Mutant.of(
                    "the others forget a replicas incarnations when they restart",
                    "22",
                    CHECK,
                    "actions.add(new Action.Persist(others.known()));",
                    "others.known();",
                    "incarnation.DiskCheckTest#theOthersRememberItThroughTheirOwnRestarts"),
            Mutant.of(
                    "one liar makes a disk an old one",
                    "46",
                    JUDGEMENT,
                    "return contradicting.size() >= config.claimsNeeded();",
                    "return !contradicting.isEmpty();",
                    "incarnation.DiskCheckTest#aLiarKeepsNoCorrectReplicaOut"),
            Mutant.of(
                    "two copies of a disk are one",
                    "22",
                    JUDGEMENT,
                    "known.nonce() != onDisk.nonce()",
                    "false",
                    "incarnation.DiskCheckTest#twoCopiesStartedAtTheSameTimeDoNotBothRun"),
            Mutant.of(
                    "what a replica said last is no evidence",
                    "22",
                    JUDGEMENT,
                    "(whole && evidence.isBehind(position, reply.position()))",
                    "false",
                    "incarnation.DiskCheckTest#aDiskOfTheSameIncarnationIsFoundOutByWhatTheReplicaSaid"),
            Mutant.of(
                    "a log shortened by a later leader is an old one",
                    "46",
                    "core/raft/message/RaftIncarnationEvidence",
                    "(disk.view() == said.view() && disk.sequence() < said.sequence())",
                    "disk.sequence() < said.sequence()",
                    "incarnation.DiskCheckTest#underRaftALogThatIsShorterInALaterTermIsNotAnOldOne"));

    private IncarnationMutants() {}
}
