package org.tagma.simulator.mutation;

import com.google.protobuf.ByteString;
import java.lang.reflect.Constructor;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.tagma.client.BftClientCore;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.state.NodeStore;
import org.tagma.crypto.Authentication;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.MutantClassLoader;
import org.tagma.mutation.MutantCompiler;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.pbft.PbftDefinition;
import org.tagma.protocol.raft.RaftDefinition;
import org.tagma.replica.engine.ReplicaEngine;

/**
 * Makes trials of mutants of one protocol. Its logic is exchanged alone, since the simulator reaches it through {@link
 * Protocol} only; so everything else stays compiled and warm. For a mistake elsewhere all of Tagma is loaded anew.
 */
enum MutantLaboratory {
    PBFT("org.tagma.core.pbft.", "PbftProtocol", "ofPbft", "PbftConfig") {
        @Override
        LongFunction<String> trial(Constructor<?> protocol) {
            return MutantTrial.ofPbft((context, store) -> make(protocol, PbftDefinition.config(context), store));
        }

        @Override
        Class<?> configuration() {
            return PbftConfig.class;
        }
    },
    RAFT("org.tagma.core.raft.", "RaftProtocol", "ofRaft", "RaftConfig") {
        @Override
        LongFunction<String> trial(Constructor<?> protocol) {
            return MutantTrial.ofRaft((context, store) -> make(protocol, RaftDefinition.config(context), store));
        }

        @Override
        Class<?> configuration() {
            return RaftConfig.class;
        }
    };

    private final String logicPackage;
    private final String protocolClass;
    private final String trialOfAll;

    /** The class that the protocol's logic shares with the rest, besides its messages. */
    private final String shared;

    MutantLaboratory(String logicPackage, String protocolClass, String trialOfAll, String shared) {
        this.logicPackage = logicPackage;
        this.protocolClass = protocolClass;
        this.trialOfAll = trialOfAll;
        this.shared = shared;
    }

    abstract LongFunction<String> trial(Constructor<?> protocol);

    abstract Class<?> configuration();

    private static Protocol make(Constructor<?> protocol, Object config, Optional<NodeStore> stateStore) {
        try {
            return (Protocol) protocol.newInstance(config, stateStore);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs seeds with the mutant. */
    LongFunction<String> trialOf(Mutant mutant) {
        Map<String, byte[]> classes = compile(mutant);
        return mutant.classNames().allMatch(this::isLogic) ? trialOfLogic(classes) : trialOfAll(classes);
    }

    private static Map<String, byte[]> compile(Mutant mutant) {
        return MutantCompiler.compile(
                mutant,
                PbftProtocol.class,
                ByteString.class,
                Authentication.class,
                MessageCodec.class,
                ReplicaEngine.class,
                BftClientCore.class,
                Logger.class);
    }

    /** This trial, which must have a public constructor, with all of Tagma loaded anew and the mutant in it. */
    @SuppressWarnings("unchecked")
    static LongFunction<String> trialOf(Mutant mutant, Class<? extends LongFunction<String>> trial) {
        ClassLoader loader = loader(compile(mutant), name -> name.startsWith("org.tagma."));
        try {
            return (LongFunction<String>) Class.forName(trial.getName(), true, loader)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** With these classes of the protocol's logic. */
    LongFunction<String> trialOfLogic(Map<String, byte[]> classes) {
        try {
            return trial(Class.forName(logicPackage + protocolClass, true, loader(classes, this::isLogic))
                    .getConstructor(configuration(), Optional.class));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** With these classes, wherever in Tagma they are. */
    @SuppressWarnings("unchecked")
    LongFunction<String> trialOfAll(Map<String, byte[]> classes) {
        ClassLoader loader = loader(classes, name -> name.startsWith("org.tagma."));
        try {
            return (LongFunction<String>) Class.forName(MutantTrial.class.getName(), true, loader)
                    .getMethod(trialOfAll)
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static ClassLoader loader(Map<String, byte[]> classes, Predicate<String> anew) {
        return new MutantClassLoader(MutantLaboratory.class.getClassLoader(), classes, anew);
    }

    private boolean isLogic(String className) {
        String outermost = className.replaceAll("\\$.*", "");
        if (!outermost.startsWith(logicPackage)) {
            return false;
        }
        String name = outermost.substring(logicPackage.length());
        return !name.startsWith("message.") && !shared.equals(name);
    }
}
