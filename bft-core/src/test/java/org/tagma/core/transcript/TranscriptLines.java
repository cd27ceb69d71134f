package org.tagma.core.transcript;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftRecord;

/** What replicas do, in words. A digest is written as the operations of its batch. */
final class TranscriptLines {

    private final List<String> lines = new ArrayList<>();
    private final Set<String> hidden = new HashSet<>(Set.of("Status"));
    private final TreeMap<String, String> batches = new TreeMap<>();
    /** The message of the last line, which another receiver of the same may join. */
    private String lastSent = "";

    private List<Integer> lastReceivers = new ArrayList<>();

    void hide(List<String> kinds) {
        hidden.addAll(kinds);
    }

    List<String> take() {
        lastSent = "";
        List<String> taken = List.copyOf(lines);
        lines.clear();
        return taken;
    }

    void add(String line) {
        lastSent = "";
        lines.add(line);
    }

    void sent(int from, int to, Message message, boolean lost) {
        if (hidden.contains(message.getClass().getSimpleName())) {
            return;
        }
        String what = words(message) + (lost ? " (lost)" : "");
        String sent = from + what;
        if (sent.equals(lastSent)) {
            lastReceivers.add(to);
            lines.remove(lines.size() - 1);
        } else {
            lastReceivers = new ArrayList<>(List.of(to));
        }
        String receivers = lastReceivers.stream().map(String::valueOf).collect(Collectors.joining(","));
        add(from + " -> " + receivers + " " + what);
        lastSent = sent;
    }

    void persisted(int id, LogRecord record) {
        if (!hidden.contains("records")) {
            add(id + " makes durable: " + words(record));
        }
    }

    void executed(int id, long sequence, Batch batch) {
        add(id + " executes " + sequence + ": " + name(batch));
    }

    void other(int id, Action action) {
        if (action instanceof Action.Announce announce) {
            add(id + " says: " + announce.text());
        } else if (action instanceof Action.Reject reject && !hidden.contains("rejections")) {
            add(id + " rejects what " + reject.sender() + " sent: "
                    + reject.reason().name());
        } else if (action instanceof Action.ReportEvidence evidence) {
            add(id + " blames " + evidence.replica() + ": "
                    + evidence.evidence().description());
        } else if (action instanceof Action.AnswerOperator answer) {
            add(id + " answers the operator: " + answer.text());
        } else if (action instanceof Action.Halt halt) {
            add(id + " stops: " + halt.reason().description());
        }
    }

    private String name(Batch batch) {
        if (batch.isNull()) {
            return "nothing";
        }
        String name = batch.requests().stream()
                .map(request -> request.operation().toStringUtf8())
                .collect(Collectors.joining(" ", "[", "]"));
        batches.put(batch.digest().toString(), name);
        return name;
    }

    private String name(Digest digest) {
        return digest.isNull() ? "nothing" : batches.getOrDefault(digest.toString(), "unknown");
    }

    private String words(Message message) {
        String kind = message.getClass().getSimpleName();
        if (message instanceof Request request) {
            return "relays " + request.operation().toStringUtf8();
        } else if (message instanceof PbftMessage.PrePrepare m) {
            return place(kind, m.view(), m.sequence()) + " " + name(m.batch());
        } else if (message instanceof PbftMessage.Prepare m) {
            return place(kind, m.view(), m.sequence()) + " " + name(m.digest());
        } else if (message instanceof PbftMessage.Commit m) {
            return place(kind, m.view(), m.sequence()) + " " + name(m.digest());
        } else if (message instanceof PbftMessage.Checkpoint m) {
            return kind + " sequence=" + m.sequence();
        } else if (message instanceof PbftMessage.ViewChange m) {
            return kind + " view=" + m.view() + " stable=" + m.stable().sequence() + " P=" + votes(m.prepared()) + " Q="
                    + votes(m.prePrepared());
        } else if (message instanceof PbftMessage.NewView m) {
            return kind + " view=" + m.view() + " from="
                    + m.viewChanges().stream().map(each -> each.sender()).toList() + " carries over "
                    + m.reproposals().stream()
                            .map(each -> each.sequence() + "=" + name(each.digest()))
                            .toList();
        } else if (message instanceof PbftMessage.BatchBody m) {
            return kind + " sequence=" + m.sequence() + " " + name(m.batch());
        } else if (message instanceof RaftMessage.AppendEntries m) {
            return kind + " term=" + m.term() + " after=" + m.prevLogIndex() + "/" + m.prevLogTerm() + " "
                    + m.entries().stream().map(this::words).toList() + " commit=" + m.leaderCommit();
        } else if (message instanceof RaftMessage.AppendEntriesReply m) {
            return kind + " term=" + m.term() + (m.success() ? " agrees up to " : " refuses after ") + m.index();
        } else if (message instanceof RaftMessage.RequestVote m) {
            return kind + " term=" + m.term() + " last=" + m.lastLogIndex() + "/" + m.lastLogTerm()
                    + (m.preVote() ? " pre-vote" : "");
        } else if (message instanceof RaftMessage.RequestVoteReply m) {
            return kind + " term=" + m.electionTerm() + (m.granted() ? " granted" : " refused")
                    + (m.preVote() ? " pre-vote" : "");
        }
        return kind;
    }

    private static String place(String kind, long view, long sequence) {
        return kind + " view=" + view + " sequence=" + sequence;
    }

    private String votes(List<PbftMessage.VoteInfo> votes) {
        return votes.stream()
                .map(vote -> vote.sequence() + "=" + name(vote.digest()) + "@" + vote.view())
                .toList()
                .toString();
    }

    private String words(Entry entry) {
        String place = entry.index() + "/" + entry.term() + " ";
        if (entry instanceof Entry.Requests) {
            return place + name(entry.batch());
        } else if (entry instanceof Entry.Reconfiguration change) {
            return place
                    + (change.configuration().isJoint() ? change.configuration().oldVoters() + "+" : "")
                    + change.configuration().voters();
        }
        return place + "no-op";
    }

    private String words(LogRecord record) {
        String kind = record.getClass().getSimpleName();
        if (record instanceof PbftRecord.PrePrepared r) {
            return place(kind, r.view(), r.sequence()) + " " + name(r.batch());
        } else if (record instanceof PbftRecord.Prepared r) {
            return place(kind, r.view(), r.sequence()) + " " + name(r.digest());
        } else if (record instanceof PbftRecord.Reproposed r) {
            return place(kind, r.view(), r.sequence()) + " " + name(r.digest());
        } else if (record instanceof RaftRecord.HardState r) {
            return kind + " term=" + r.term() + (r.votedFor() < 0 ? "" : " vote for " + r.votedFor());
        } else if (record instanceof RaftRecord.Appended r) {
            return kind + " " + words(r.entry());
        }
        return kind;
    }
}
