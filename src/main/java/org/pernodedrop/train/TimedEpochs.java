package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.io.Closer;
import org.pernodedrop.nn.Network;

/** Times epochs of training steps, as {@link Trainer} makes them but without evaluations. */
public final class TimedEpochs implements AutoCloseable {
    private final Backend backend;
    private final TrainingConfig config;
    private final Network network;
    private final BatchSizes sizes;
    private final Closer parts = new Closer();
    private final Batches batches;
    private final LossAccumulator totals;
    private final CapturedSteps steps;
    private int epoch;

    /**
     * Allocates the batches; the first epoch captures the steps.
     *
     * @param network with as many inputs as the data has features; network and data must outlive this
     */
    public TimedEpochs(Backend backend, BatchSource data, Network network, TrainingConfig config) {
        this.backend = backend;
        this.config = config;
        this.network = network;
        sizes = BatchSizes.of(network.spec(), config, data.examples());
        network.reserve(sizes.largest());
        try {
            batches = parts.own(data.batches(sizes.largest()), Batches::close);
            totals = parts.own(backend.memory().newLossAccumulator(), LossAccumulator::close);
            steps = parts.own(new CapturedSteps(backend, network, batches, totals), CapturedSteps::close);
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    /**
     * Trains an epoch and waits for the device.
     *
     * @return duration in nanoseconds
     * @throws TrainingException if a loss is not finite
     */
    public long run() {
        epoch++;
        backend.synchronize();
        long start = System.nanoTime();
        network.state().setLearningRate((float) config.learningRate());
        totals.reset();
        batches.start(Permutation.of(sizes.examples(), config.seed(), Permutation.SHUFFLE, epoch), sizes);
        for (int count = batches.next(); count > 0; count = batches.next()) {
            steps.run(count);
        }
        LossTotals read = totals.read();
        long nanos = System.nanoTime() - start;
        if (read.firstNonFiniteStep() >= 0) {
            throw new TrainingException("the loss is not finite in epoch " + epoch + ": loss=" + read.meanLoss());
        }
        return nanos;
    }

    @Override
    public void close() {
        parts.close();
    }
}
