package org.tagma.cli.demo;

import java.util.List;
import java.util.Locale;
import org.tagma.cli.common.CommandFailure;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;

/**
 * What the demo is asked to show.
 *
 * @param seconds how long the load runs
 * @param faults what happens to whoever leads, one after the other
 */
record DemoOptions(ProtocolDefinition protocol, int seconds, List<DemoFault> faults) {

    DemoOptions {
        faults = List.copyOf(faults);
    }

    /** Whether what is done to a replica is undone after a while, so that others can follow. */
    boolean undoesFaults() {
        return protocol.faultModel() == FaultModel.CRASH
                && !protocol.assumptions().crashStop();
    }

    /**
     * The faults that a word on the command line asks for.
     *
     * @param word null for the usual
     */
    static List<DemoFault> faults(ProtocolDefinition protocol, String word) {
        String kind = word == null ? usual(protocol) : word.toLowerCase(Locale.ROOT);
        if ("none".equals(kind)) {
            return List.of();
        }
        if ("all".equals(kind) && protocol.faultModel() == FaultModel.CRASH) {
            return DemoFault.of(protocol);
        }
        for (DemoFault fault : DemoFault.values()) {
            if (fault.label().equals(kind)) {
                requireOf(protocol, fault);
                return List.of(fault);
            }
        }
        throw CommandFailure.cannotRun(
                "no fault is called '" + word + "'; under " + protocol.name() + " there are " + names(protocol));
    }

    private static String usual(ProtocolDefinition protocol) {
        return protocol.faultModel() == FaultModel.BYZANTINE ? DemoFault.EQUIVOCATE.label() : "all";
    }

    private static String names(ProtocolDefinition protocol) {
        return DemoFault.names(protocol) + (protocol.faultModel() == FaultModel.CRASH ? ", all" : "") + " and none";
    }

    private static void requireOf(ProtocolDefinition protocol, DemoFault fault) {
        if (!fault.isOf(protocol)) {
            String why = protocol.faultModel() == FaultModel.CRASH
                    ? protocol.name() + " promises nothing when a replica is malicious, so there is nothing to check"
                    : "the demo of " + protocol.name() + " has a traitor instead";
            throw CommandFailure.cannotRun("--fault " + fault.label() + ": " + why + "; there are " + names(protocol));
        }
    }
}
