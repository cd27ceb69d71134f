package org.tagma.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tagma.cli.bench.BenchCommand;
import org.tagma.cli.demo.DemoCommand;
import org.tagma.cli.kv.KvCommand;
import org.tagma.cli.sim.SimCommand;
import org.tagma.cli.trace.TraceCommand;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The {@code tagma} command. */
@Command(
        name = "tagma",
        description = "Runs groups of replicas that agree on every operation although some of them are malicious.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = TagmaVersion.class,
        footer = {
            "",
            "Start with `tagma demo`. To run a group by hand:",
            "  tagma init --dir mycluster",
            "  tagma replica --dir mycluster --id 0    (1, 2, 3: in other terminals)",
            "  tagma kv --dir mycluster put colour blue",
            "  tagma status --dir mycluster",
            "",
            "In the environment: TAGMA_CLASSPATH names jars with colons between, such as a protocol of your own, see"
                    + " docs/write-your-own-protocol.md; TAGMA_JAVA_OPTS replaces the flags for Java, for example"
                    + " -Xmx4g.",
            "",
            "Exit status: 0 success; 1 the answer is no; 2 cannot run; 3 no answer."
        })
public final class TagmaCommand implements Runnable {
    /**
     * Where there is no terminal that has a width; lines that are not to be wrapped have at most as many characters.
     */
    private static final int HELP_WIDTH = 80;

    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            InitCommand.class,
            ReplicaCommand.class,
            StatusCommand.class,
            TransferCommand.class,
            MembersCommand.class,
            SettingsCommand.class,
            KvCommand.class,
            VerifyCommand.class,
            BackupCommand.class,
            DivergenceCommand.class,
            RestoreCommand.class,
            BenchCommand.class,
            SimCommand.class,
            TraceCommand.class,
            HelpCommand.class);

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show which version this is.")
    private boolean version;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Log in detail, and show where an error arose.")
    private boolean debug;

    TagmaCommand() {}

    /** Runs a command and ends the process with its status. */
    public static void main(String[] arguments) {
        // Not only to look the same everywhere: numbers in JSON and tables must not depend on where one lives.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine(COMMANDS.stream()
                        .filter(command -> arguments.length > 0 && name(command).equals(arguments[0]))
                        .filter(command -> command != HelpCommand.class)
                        .findFirst()
                        .map(List::<Class<?>>of)
                        .orElse(COMMANDS))
                .execute(arguments));
    }

    /** The command, ready to execute: each execution gives the exit status. */
    public static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    /** With some of its commands: to find out what options all of them have takes long for a command that is short. */
    private static CommandLine commandLine(List<Class<?>> commands) {
        CommandLine tagma = new CommandLine(new TagmaCommand());
        commands.forEach(command -> tagma.addSubcommand(name(command), command));
        ErrorLines errors = new ErrorLines();
        tagma.setExecutionExceptionHandler(errors);
        tagma.setParameterExceptionHandler(errors);
        tagma.setExecutionStrategy(parsed -> {
            Logging.start(isDebug(tagma));
            return new CommandLine.RunLast().execute(parsed);
        });
        tagma.setUsageHelpWidth(HELP_WIDTH);
        tagma.setUsageHelpAutoWidth(true);
        tagma.setCaseInsensitiveEnumValuesAllowed(true);
        tagma.getSubcommands().values().stream()
                .flatMap(command -> command.getCommandSpec().args().stream())
                .map(ArgSpec::type)
                .filter(Class::isEnum)
                .distinct()
                .forEach(type -> registerChoice(tagma, type));
        tagma.registerConverter(Path.class, TagmaCommand::path);
        tagma.registerConverter(
                ProtocolDefinition.class,
                word -> Protocols.find(word.toLowerCase(Locale.ROOT))
                        .orElseThrow(() ->
                                new TypeConversionException("must be " + Protocols.names() + ", not '" + word + "'")));
        // So that values such as -5 are values, and not options nobody knows.
        Optional.ofNullable(tagma.getSubcommands().get("kv")).ifPresent(kv -> kv.setStopAtPositional(true));
        return tagma;
    }

    /** Names the choices as the user writes them, where picocli would give the names of Java constants. */
    private static <E> void registerChoice(CommandLine tagma, Class<E> type) {
        tagma.registerConverter(type, word -> {
            List<String> choices = new ArrayList<>();
            for (E constant : type.getEnumConstants()) {
                String choice =
                        ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
                if (choice.equals(word.toLowerCase(Locale.ROOT))) {
                    return constant;
                }
                choices.add(choice);
            }
            throw new TypeConversionException("must be " + String.join(" or ", choices) + ", not '" + word + "'");
        });
    }

    /** An empty one, as of a shell's variable that is not set, would be the folder that one happens to be in. */
    private static Path path(String word) {
        if (word.isEmpty()) {
            throw new TypeConversionException("must name something, and is empty");
        }
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + word + "' cannot be the name of a file");
        }
    }

    static boolean isDebug(CommandLine command) {
        CommandLine root = command;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        TagmaCommand tagma = root.getCommand();
        return tagma.debug;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: " + commands());
    }

    private String commands() {
        List<String> names = new ArrayList<>(spec.subcommands().keySet());
        String last = names.remove(names.size() - 1);
        return String.join(", ", names) + " or " + last;
    }
}
