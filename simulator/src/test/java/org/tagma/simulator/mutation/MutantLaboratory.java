package org.tagma.simulator.mutation;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.tagma.client.BftClientCore;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.protocol.Protocol;
import org.tagma.crypto.Authentication;
import org.tagma.mutation.Mutant;
import org.tagma.mutation.MutantClassLoader;
import org.tagma.mutation.MutantCompiler;
import org.tagma.network.codec.MessageCodec;
import org.tagma.replica.ReplicaEngine;

/**
 * Makes trials of mutants. The logic of a protocol is exchanged alone, since the simulator reaches it through {@link
 * Protocol} only; so everything else stays compiled and warm. For a mistake elsewhere all of Tagma is loaded anew.
 */
final class MutantLaboratory {

    private static final String PBFT = "org.tagma.core.pbft.";

    /** What a protocol's logic shares with the rest. */
    private static final Set<String> SHARED = Set.of(PBFT + "PbftConfig", PBFT + "PbftMessage", PBFT + "PbftRecord");

    private MutantLaboratory() {}

    /** Runs seeds with the mutant. */
    static LongFunction<String> trialOf(Mutant mutant) {
        Map<String, byte[]> classes = MutantCompiler.compile(
                mutant,
                PbftProtocol.class,
                ByteString.class,
                Authentication.class,
                MessageCodec.class,
                ReplicaEngine.class,
                BftClientCore.class,
                Logger.class);
        return isLogic(mutant.className()) ? trialOfLogic(classes) : trialOfAll(classes);
    }

    /** With these classes of the protocol's logic. */
    static LongFunction<String> trialOfLogic(Map<String, byte[]> classes) {
        ClassLoader loader = loader(classes, MutantLaboratory::isLogic);
        Function<PbftConfig, Protocol> factory;
        try {
            var constructor = Class.forName(PBFT + "PbftProtocol", true, loader).getConstructor(PbftConfig.class);
            factory = config -> {
                try {
                    return (Protocol) constructor.newInstance(config);
                } catch (ReflectiveOperationException e) {
                    throw new AssertionError(e);
                }
            };
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        return new MutantTrial(factory);
    }

    /** With these classes, wherever in Tagma they are. */
    @SuppressWarnings("unchecked")
    static LongFunction<String> trialOfAll(Map<String, byte[]> classes) {
        ClassLoader loader = loader(classes, name -> name.startsWith("org.tagma."));
        try {
            return (LongFunction<String>) Class.forName(MutantTrial.class.getName(), true, loader)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static ClassLoader loader(Map<String, byte[]> classes, java.util.function.Predicate<String> anew) {
        return new MutantClassLoader(MutantLaboratory.class.getClassLoader(), classes, anew);
    }

    private static boolean isLogic(String className) {
        String outermost = className.replaceAll("\\$.*", "");
        return outermost.startsWith(PBFT) && !SHARED.contains(outermost);
    }
}
