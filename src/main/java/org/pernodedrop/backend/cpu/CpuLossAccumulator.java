package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;

/** Totals in plain fields. */
final class CpuLossAccumulator implements LossAccumulator {
    private final CpuGate gate;
    private double loss;
    private long samples;
    private long correct;
    private long firstNonFiniteStep = -1;
    private boolean closed;

    CpuLossAccumulator(CpuGate gate) {
        this.gate = gate;
    }

    /** The accumulator as this device's own. */
    static CpuLossAccumulator of(LossAccumulator totals) {
        if (!(totals instanceof CpuLossAccumulator own)) {
            throw new IllegalArgumentException("an accumulator of another device was passed to the CPU: totals="
                    + totals.getClass().getSimpleName());
        }
        own.requireOpen();
        return own;
    }

    /** Adds one batch. */
    void add(double batchLoss, int batchSamples, int batchCorrect, long step) {
        loss += batchLoss;
        samples += batchSamples;
        correct += batchCorrect;
        if (firstNonFiniteStep < 0 && !Double.isFinite(batchLoss)) {
            firstNonFiniteStep = step;
        }
    }

    @Override
    public void reset() {
        requireOpen();
        gate.requireOutsideCaptures("resetting totals");
        loss = 0;
        samples = 0;
        correct = 0;
        firstNonFiniteStep = -1;
    }

    @Override
    public LossTotals read() {
        requireOpen();
        gate.requireOutsideCaptures("reading totals");
        return new LossTotals(loss, samples, correct, firstNonFiniteStep);
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the loss accumulator was closed before its use");
        }
    }
}
