package org.tagma.simulator;

import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.simulator.workload.MerkleRegisters;

/** The same for registers in a Merkle tree. */
final class ObservedMerkleStateMachine extends ObservedStateMachine implements MerkleStateMachine {

    private final MerkleRegisters registers;

    ObservedMerkleStateMachine(MerkleRegisters registers, int replica, Checks checks) {
        super(registers, replica, checks);
        this.registers = registers;
    }

    @Override
    public MerkleStateStore state() {
        return registers.state();
    }
}
