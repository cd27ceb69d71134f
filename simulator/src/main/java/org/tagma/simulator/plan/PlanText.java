package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tagma.core.service.ServiceLimits;
import org.tagma.core.service.TransferLimits;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.byzantine.Behaviours;
import org.tagma.simulator.model.Assumption;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.workload.Retry;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;

/**
 * Plans as one line of words, none of which a shell would touch, for instance
 *
 * <pre>{@code
 * pbft fair-loss byzantine partial seed=17 n=4 f=1 auth=client-signatures crypto=simulated reads=fast tuning=8/32/2/16
 *   wire=5/30/20/20/0/0/0 gst=1200 drift=10 registers=4 clients=20x2@5,20x1@1 bad-clients=0 r2=equivocates+silent-
 * from:700 down=1@20ops+500ms cut=0.3@800ms+2000ms }</pre>
 */
public final class PlanText {

    private static final Pattern SETTING = Pattern.compile("([a-zA-Z-]+|r\\d{1,3})=(\\S+)");
    private static final Pattern CLIENT = Pattern.compile("(\\d{1,7})x(\\d{1,2})@(\\d{1,6})(r?)([olm]?)(?:p([2-9]))?");
    private static final Pattern TREE = Pattern.compile("(\\d{1,6})x(\\d{1,6})@(\\d{1,6})(d?)");
    private static final Pattern INCIDENT =
            Pattern.compile("([\\d.]+)@(\\d{1,9})(ops|ms)\\+(\\d{1,9})ms(?:!(\\d{1,6}))?");
    private static final String BAD = "the plan has ";

    private PlanText() {}

    /** The line for a plan. */
    public static String print(Plan plan) {
        StringJoiner words = new StringJoiner(" ");
        Tuning tuning = plan.tuning();
        Wire wire = plan.wire();
        words.add(plan.protocol().name())
                .add(plan.model().label())
                .add("seed=" + plan.seed())
                .add("n=" + plan.replicas())
                .add("f=" + plan.faults())
                .add("auth=" + plan.authentication().label())
                .add("crypto=" + (plan.hasRealCrypto() ? "real" : "simulated"))
                .add("reads=" + (plan.hasFastReads() ? "fast" : "ordered"))
                .add("tuning=" + tuning.checkpointInterval() + "/" + tuning.logWindow() + "/" + tuning.pipelineDepth()
                        + "/" + tuning.maxBatchRequests())
                .add("wire=" + wire.maxDelayMillis() + "/" + wire.drop() + "/" + wire.duplicate() + "/" + wire.slow()
                        + "/" + wire.corrupt() + "/" + wire.replay() + "/" + wire.inject())
                .add("gst=" + (plan.stabilizationMillis() < 0 ? "never" : plan.stabilizationMillis()))
                .add("drift=" + plan.driftPerMille())
                .add("registers=" + plan.registers())
                .add("clients="
                        + plan.clients().stream()
                                .map(each -> each.operations() + "x" + each.pipeline() + "@" + each.thinkMillis()
                                        + (each.onlyReads() ? "r" : "")
                                        + each.retry().letter()
                                        + (each.processes() > 1 ? "p" + each.processes() : ""))
                                .collect(Collectors.joining(",")))
                .add("bad-clients=" + plan.faultyClients());
        changedSettings(plan).forEach(words::add);
        if (!tuning.hasAmpleBatches()) {
            words.add("batch-bytes=" + tuning.maxBatchBytes());
        }
        ServiceSetting service = plan.service();
        printLimits(service.limits(), words);
        if (service.deadlineMillis() > 0) {
            words.add("deadline=" + service.deadlineMillis());
        }
        if (plan.hasSlowDisks()) {
            words.add("disks=slow");
        }
        StateContent content = plan.content();
        if (content.isTree()) {
            words.add("tree=" + content.entries() + "x" + content.entryBytes() + "@" + content.rewrites()
                    + (content.onDisk() ? "d" : ""));
        }
        if (!tuning.hasUsualParts()) {
            words.add("parts=" + tuning.transfer().wholePartBytes() + "/"
                    + tuning.transfer().differenceBytes());
        }
        plan.sought().ifPresent(property -> words.add("breaks=" + property.label()));
        plan.malicious().forEach((id, ways) -> words.add("r" + id + "=" + String.join("+", ways)));
        plan.incidents().forEach(each -> words.add(print(each)));
        return words.toString();
    }

    /** What the protocol's own section of the cluster file would say, as far as it is not usual in runs. */
    static List<String> changedSettings(Plan plan) {
        return plan.protocol().settings().stream()
                .map(Setting::name)
                .filter(name ->
                        !plan.settings().get(name).equals(plan.usualSettings().get(name)))
                .map(name -> name + "=" + plan.settings().get(name))
                .toList();
    }

    private static void printLimits(ServiceLimits limits, StringJoiner words) {
        ServiceLimits usual = ServiceSetting.USUAL.limits();
        if (limits.maxSessionsPerClient() != usual.maxSessionsPerClient()
                || limits.sessionPipeline() != usual.sessionPipeline()) {
            words.add("sessions=" + limits.maxSessionsPerClient() + "/" + limits.sessionPipeline());
        }
        if (limits.replyBytes() != usual.replyBytes()) {
            words.add("replies=" + limits.replyBytesPerClient() + "/" + limits.replyBytes());
        }
        if (limits.sessionIdleMillis() != usual.sessionIdleMillis()) {
            words.add("idle=" + limits.sessionIdleMillis());
        }
    }

    private static String print(Incident incident) {
        String who = incident.replicas().stream().map(String::valueOf).collect(Collectors.joining("."));
        return incident.kind().label() + "=" + who + "@" + incident.when()
                + (incident.isAfterOperations() ? "ops" : "ms") + "+" + incident.millis() + "ms"
                + (incident.successes() > 0 ? "!" + incident.successes() : "");
    }

    /**
     * Reads a line that {@link #print} wrote, or that somebody wrote by hand.
     *
     * @throws IllegalArgumentException if it is no plan; the message says why
     */
    public static Plan parse(String line) {
        String[] words = line.strip().split("\\s+");
        if (words.length < 4) {
            throw new IllegalArgumentException(
                    "a plan begins with a protocol, a network, nodes and a timing, as in: pbft fair-loss byzantine"
                            + " partial");
        }
        return new Reader(words).plan();
    }

    private static final class Reader {
        private final String[] words;
        private final ProtocolDefinition protocol;
        private final Behaviours behaviours;
        private final Map<String, String> settings = new TreeMap<>();
        private final List<Incident> incidents = new ArrayList<>();
        private final TreeMap<Integer, List<String>> malicious = new TreeMap<>();
        private final Set<String> used = new HashSet<>();

        Reader(String[] words) {
            this.words = words;
            this.protocol = Protocols.all().stream()
                    .filter(each -> each.name().equalsIgnoreCase(words[0]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(BAD + "no protocol '" + words[0] + "'"));
            this.behaviours = SimulatedProtocol.of(protocol, 1).behaviours();
        }

        Plan plan() {
            Arrays.stream(words).skip(4).forEach(this::take);
            SystemModel model = new SystemModel(
                    axis(Network.class, words[1]), axis(Nodes.class, words[2]), axis(Synchrony.class, words[3]));
            PlanDraft draft = new PlanDraft(protocol, model);
            draft.seed = number("seed", 1);
            draft.replicas = (int) number("n", 4);
            draft.faults = (int) number("f", 1);
            draft.tuning = tuning();
            draft.authentication = authentication();
            draft.realCrypto = choice("crypto", "simulated", "real").equals("real");
            draft.fastReads = choice("reads", "ordered", "fast").equals("fast");
            draft.settings = protocolSettings(draft.settings);
            draft.wire = wire();
            draft.stabilizationMillis = text("gst", "0").equals("never") ? -1 : number("gst", 0);
            draft.driftPerMille = (int) number("drift", 0);
            draft.malicious = malicious;
            draft.clients = clients();
            draft.registers = (int) number("registers", 4);
            draft.faultyClients = (int) number("bad-clients", 0);
            draft.incidents = incidents;
            draft.content = content();
            draft.service = service();
            draft.slowDisks = choice("disks", "fast", "slow").equals("slow");
            draft.sought = sought();
            settings.keySet().stream()
                    .filter(key -> !used.contains(key))
                    .findFirst()
                    .ifPresent(key -> {
                        throw new IllegalArgumentException(BAD + "the unknown setting '" + key + "'");
                    });
            return draft.plan();
        }

        /** The protocol's own, under the names that they have in the cluster file. */
        private Settings protocolSettings(Settings usual) {
            Settings changed = usual;
            for (Setting setting : protocol.settings()) {
                String name = setting.name();
                if (settings.containsKey(name) && setting.standard() instanceof Integer) {
                    changed = changed.with(name, (int) number(name, 0));
                } else if (settings.containsKey(name) && setting.standard() instanceof Boolean) {
                    changed = changed.with(name, choice(name, "false", "true").equals("true"));
                }
            }
            return changed;
        }

        private void take(String word) {
            Matcher setting = SETTING.matcher(word);
            if (!setting.matches()) {
                throw new IllegalArgumentException(BAD + "'" + word + "', which is no setting of the form name=value");
            }
            String name = setting.group(1);
            String value = setting.group(2);
            for (Incident.Kind kind : Incident.Kind.values()) {
                if (kind.label().equals(name)) {
                    incidents.add(incident(kind, value));
                    return;
                }
            }
            if (name.startsWith("r") && Character.isDigit(name.charAt(name.length() - 1))) {
                List<String> ways = List.of(value.split("\\+"));
                ways.forEach(behaviours::parse);
                malicious.put(Integer.parseInt(name.substring(1)), ways);
            } else if (settings.put(name, value) != null) {
                throw new IllegalArgumentException(BAD + name + " twice");
            }
        }

        private static <A extends Enum<A> & Assumption> A axis(Class<A> axis, String word) {
            return Assumption.labelled(axis, word)
                    .orElseThrow(() -> new IllegalArgumentException(
                            BAD + "'" + word + "' where " + Assumption.choices(axis) + " is expected"));
        }

        private String text(String name, String otherwise) {
            used.add(name);
            return settings.getOrDefault(name, otherwise);
        }

        private AuthenticationMode authentication() {
            String label = text("auth", AuthenticationMode.MACS.label());
            return Arrays.stream(AuthenticationMode.values())
                    .filter(mode ->
                            mode != AuthenticationMode.NONE && mode.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            BAD + "auth=" + label + ", which must be macs, client-signatures or signatures"));
        }

        private String choice(String name, String first, String second) {
            String value = text(name, first);
            if (!value.equals(first) && !value.equals(second)) {
                throw new IllegalArgumentException(
                        BAD + name + "=" + value + ", which must be " + first + " or " + second);
            }
            return value;
        }

        private long number(String name, long otherwise) {
            String value = text(name, Long.toString(otherwise));
            try {
                return Long.parseLong(value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(BAD + name + "=" + value + ", which is no whole number", e);
            }
        }

        private int[] numbers(String name, String otherwise, int count) {
            String value = text(name, otherwise);
            String[] parts = value.split("/", -1);
            if (parts.length != count || Arrays.stream(parts).anyMatch(part -> !part.matches("\\d{1,7}"))) {
                throw new IllegalArgumentException(BAD + name + "=" + value + ", which must be like " + otherwise);
            }
            return Arrays.stream(parts).mapToInt(Integer::parseInt).toArray();
        }

        private Tuning tuning() {
            int[] sizes = numbers("tuning", "8/32/2/16", 4);
            Tuning tuning = new Tuning(sizes[0], sizes[1], sizes[2], sizes[3])
                    .withBatchBytes((int) number("batch-bytes", Tuning.AMPLE_BATCH_BYTES));
            TransferLimits usual = TransferLimits.DEFAULT;
            int[] parts = numbers("parts", usual.wholePartBytes() + "/" + usual.differenceBytes(), 2);
            return tuning.withParts(parts[0], parts[1]);
        }

        private Optional<Property> sought() {
            String label = text("breaks", "");
            return label.isEmpty() ? Optional.empty() : Optional.of(Property.labelled(label));
        }

        private StateContent content() {
            String value = text("tree", "");
            if (value.isEmpty()) {
                return StateContent.OPAQUE;
            }
            Matcher tree = TREE.matcher(value);
            if (!tree.matches()) {
                throw new IllegalArgumentException(BAD + "tree=" + value + ", which must be like 250x300@3");
            }
            return new StateContent(
                    Integer.parseInt(tree.group(1)),
                    Integer.parseInt(tree.group(2)),
                    Integer.parseInt(tree.group(3)),
                    !tree.group(4).isEmpty());
        }

        private ServiceSetting service() {
            int[] sizes = numbers("sessions", "64/32", 2);
            ServiceLimits usual = ServiceSetting.USUAL.limits();
            int[] bytes = numbers("replies", usual.replyBytesPerClient() + "/" + usual.replyBytes(), 2);
            ServiceLimits limits = new ServiceLimits(
                    sizes[0], sizes[1], bytes[0], bytes[1], number("idle", usual.sessionIdleMillis()));
            return new ServiceSetting(limits, (int) number("deadline", 0));
        }

        private static Retry retry(String letter) {
            return Arrays.stream(Retry.values())
                    .filter(each -> each.letter().equals(letter))
                    .findFirst()
                    .orElseThrow();
        }

        private Wire wire() {
            int[] faults = numbers("wire", "5/0/0/0/0/0/0", 7);
            return new Wire(faults[0], faults[1], faults[2], faults[3], faults[4], faults[5], faults[6]);
        }

        private List<ClientPlan> clients() {
            List<ClientPlan> clients = new ArrayList<>();
            for (String each : text("clients", "20x1@1").split(",")) {
                Matcher client = CLIENT.matcher(each);
                if (!client.matches()) {
                    throw new IllegalArgumentException(BAD + "the client '" + each + "', which must be like 20x1@5");
                }
                clients.add(new ClientPlan(
                        Integer.parseInt(client.group(1)),
                        Integer.parseInt(client.group(2)),
                        Integer.parseInt(client.group(3)),
                        !client.group(4).isEmpty(),
                        retry(client.group(5)),
                        client.group(6) == null ? 1 : Integer.parseInt(client.group(6))));
            }
            return clients;
        }

        private static Incident incident(Incident.Kind kind, String value) {
            Matcher incident = INCIDENT.matcher(value);
            if (!incident.matches() || !incident.group(1).matches("\\d{1,3}(\\.\\d{1,3})*")) {
                throw new IllegalArgumentException(
                        BAD + kind.label() + "=" + value + ", which must be like 2@20ops+500ms");
            }
            return new Incident(
                    kind,
                    Arrays.stream(incident.group(1).split("\\."))
                            .map(Integer::valueOf)
                            .toList(),
                    incident.group(3).equals("ops"),
                    Long.parseLong(incident.group(2)),
                    Long.parseLong(incident.group(4)),
                    incident.group(5) == null ? 0 : Integer.parseInt(incident.group(5)));
        }
    }
}
