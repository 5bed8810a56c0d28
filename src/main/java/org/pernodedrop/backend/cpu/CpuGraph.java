package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.CapturedGraph;

/** Runs the operations anew at every replay: a call costs nothing here. */
final class CpuGraph implements CapturedGraph {
    private final CpuGate gate;
    private final Runnable operations;
    private final StepCount steps;
    private boolean closed;

    CpuGraph(CpuGate gate, Runnable operations, StepCount steps) {
        this.gate = gate;
        this.operations = operations;
        this.steps = steps;
    }

    @Override
    public void replay() {
        if (closed) {
            throw new IllegalStateException("the graph was closed before its use");
        }
        gate.requireOutsideCaptures("replay");
        steps.requireSteps();
        gate.replay(operations);
    }

    @Override
    public void close() {
        closed = true;
    }
}
