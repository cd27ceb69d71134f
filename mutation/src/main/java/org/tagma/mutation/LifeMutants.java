package org.tagma.mutation;

import java.util.List;

/** Mistakes in finding out whether a disk is the newest one. */
final class LifeMutants {

    private static final String CHECK = "core/life/DiskCheck";
    private static final String JUDGEMENT = "core/life/Judgement";
    private static final String OLD_DISK = "life.DiskCheckTest#trap22_anOldDiskThatIsPutBackIsFoundOut";

    static final List<Mutant> ALL = List.of(
            Mutant.of(
                    "a life has the number of the last",
                    "22",
                    CHECK,
                    "new Life(before + 1,",
                    "new Life(before,",
                    OLD_DISK),
            Mutant.of(
                    "a replica begins before it has been answered",
                    "22",
                    CHECK,
                    "return judgement.isComplete() ? begin() : List.of();",
                    "return begin();",
                    "life.DiskCheckTest#nothingIsPassedOnBeforeEnoughHaveAnswered"),
            Mutant.of(
                    "the others forget a replicas lives when they restart",
                    "22",
                    CHECK,
                    "actions.add(new Action.Persist(others.known()));",
                    "others.known();",
                    "life.DiskCheckTest#theOthersRememberItThroughTheirOwnRestarts"),
            Mutant.of(
                    "one liar makes a disk an old one",
                    "46",
                    JUDGEMENT,
                    "return contradicting.size() >= config.claimsNeeded();",
                    "return !contradicting.isEmpty();",
                    "life.DiskCheckTest#aLiarKeepsNoCorrectReplicaOut"),
            Mutant.of(
                    "two copies of a disk are one",
                    "22",
                    JUDGEMENT,
                    "known.nonce() != onDisk.nonce()",
                    "false",
                    "life.DiskCheckTest#twoCopiesStartedAtTheSameTimeDoNotBothRun"),
            Mutant.of(
                    "what a replica said last is no evidence",
                    "22",
                    JUDGEMENT,
                    "(whole && evidence.isBehind(position, reply.position()))",
                    "false",
                    "life.DiskCheckTest#aDiskOfTheSameLifeIsFoundOutByWhatTheReplicaSaid"),
            Mutant.of(
                    "a log shortened by a later leader is an old one",
                    "46",
                    "core/raft/RaftLifeEvidence",
                    "(disk.view() == said.view() && disk.sequence() < said.sequence())",
                    "disk.sequence() < said.sequence()",
                    "life.DiskCheckTest#underRaftALogThatIsShorterInALaterTermIsNotAnOldOne"));

    private LifeMutants() {}
}
