package org.pernodedrop.train;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.nn.Network;

/**
 * Trains classifiers on data that lies on the device.
 *
 * <p>In epoch e, from 1, the samples come in the order {@code Permutation.of(n, seed, SHUFFLE, e)}, in batches of the
 * size asked for and a last one of what is left. Nothing is copied to the host within an epoch. The same settings, data
 * and device give the same numbers, bit for bit, whatever the number of threads.
 */
public final class Trainer {
    /** Most training samples that {@link EpochMetrics#trainLoss} is measured on. */
    public static final int EVALUATED = 10_000;

    private static final int EVALUATION_BATCH = 512;

    private final Backend backend;
    private final ResidentDataset train;
    private final ResidentDataset validation;
    private final TrainingConfig config;

    /** A trainer; the data sets must lie on the backend and outlive it. */
    public Trainer(Backend backend, ResidentDataset train, ResidentDataset validation, TrainingConfig config) {
        this.backend = backend;
        this.train = train;
        this.validation = validation;
        this.config = config;
    }

    /** Steps of an epoch: {@code ceil(n / batchSize)}. */
    public int stepsPerEpoch() {
        return (train.examples() - 1) / config.batchSize() + 1;
    }

    /**
     * Trains a network to the last epoch or until the validation loss has stopped falling.
     *
     * @param network at its start, with as many inputs as the data has features
     * @param listener told of every step and epoch
     * @throws TrainingException at the first loss that is not finite, naming epoch and step
     */
    public TrainingResult train(Network network, TrainingListener listener) {
        int n = train.examples();
        int width = train.featureCount();
        int batch = Math.min(config.batchSize(), n);
        EarlyStopping stopping = new EarlyStopping(config.patience());
        List<EpochMetrics> epochs = new ArrayList<>();
        boolean stopped = false;
        try (DeviceInts order = backend.allocateInts(n);
                DeviceFloats x = backend.allocate((long) batch * width);
                DeviceInts labels = backend.allocateInts(batch);
                LossAccumulator totals = backend.newLossAccumulator()) {
            network.reserve(batch);
            for (int epoch = 1; epoch <= config.epochs() && !stopped; epoch++) {
                long start = System.nanoTime();
                network.state().setLearningRate(config.learningRate(epoch));
                backend.upload(Permutation.of(n, config.seed(), Permutation.SHUFFLE, epoch), 0, order);
                totals.reset();
                for (int first = 0; first < n; first += batch) {
                    int count = Math.min(batch, n - first);
                    DeviceInts rows = order.slice(first, count);
                    backend.gatherRows(count, width, train.features(), rows, x);
                    backend.gatherLabels(count, train.labels(), rows, labels);
                    network.step(x, labels, count, totals);
                    listener.stepped();
                }
                LossTotals running = finite(totals.read(), epoch);
                LossTotals trained = finite(evaluate(network, train, EVALUATED, totals), epoch);
                LossTotals validated = finite(evaluate(network, validation, Integer.MAX_VALUE, totals), epoch);
                EpochMetrics metrics = new EpochMetrics(
                        epoch,
                        running.meanLoss(),
                        trained.meanLoss(),
                        trained.accuracy(),
                        validated.meanLoss(),
                        validated.accuracy(),
                        (System.nanoTime() - start) * 1e-9);
                epochs.add(metrics);
                listener.finished(metrics);
                stopped = epoch < config.epochs() && stopping.stopsAfter(metrics.validationLoss());
            }
        }
        return new TrainingResult(epochs, stopped);
    }

    /** Losses and hits of a network on all of a data set, without masks. */
    public LossTotals evaluate(Network network, ResidentDataset data) {
        try (LossAccumulator totals = backend.newLossAccumulator()) {
            return evaluate(network, data, Integer.MAX_VALUE, totals);
        }
    }

    private LossTotals evaluate(Network network, ResidentDataset data, int most, LossAccumulator totals) {
        int n = Math.min(most, data.examples());
        int width = data.featureCount();
        totals.reset();
        for (int first = 0; first < n; first += EVALUATION_BATCH) {
            int count = Math.min(EVALUATION_BATCH, n - first);
            DeviceFloats x = data.features().slice((long) first * width, (long) count * width);
            network.evaluate(x, data.labels().slice(first, count), count, totals);
        }
        return totals.read();
    }

    // The accumulator remembers the first step, so that the host need not look at every one.
    private LossTotals finite(LossTotals totals, int epoch) {
        if (totals.firstNonFiniteStep() >= 0) {
            long before = (epoch - 1L) * stepsPerEpoch();
            long step = totals.firstNonFiniteStep() - before;
            String where = step < stepsPerEpoch()
                    ? "step " + (step + 1) + " of " + stepsPerEpoch()
                    : "after step " + stepsPerEpoch() + " of " + stepsPerEpoch();
            throw new TrainingException("the loss is not finite in epoch " + epoch + ", " + where
                    + "; use a smaller learning rate: --learning-rate=" + config.learningRate());
        }
        return totals;
    }
}
