package org.pernodedrop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.data.Permutation;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.nn.Snapshot;

/**
 * Trains classifiers by mini-batch gradient descent.
 *
 * <p>In epoch e, from 1, samples have the order {@code Permutation.of(n, seed, SHUFFLE, e)} and come in batches of the
 * configured size; the last batch holds the remainder, and a remainder of one example joins the batch before if the
 * network cannot train on a single sample ({@link NetworkSpec#needsSeveralSamples}). The step of each batch size is
 * captured once and then replayed ({@link Backend#capture}); nothing is copied to the host within an epoch. Equal
 * settings, data and device give equal results, bit for bit, independently of the number of threads, the memory that
 * holds the data, and the use of graphs.
 */
public final class Trainer {
    /** Largest number of training samples that {@link EpochMetrics#trainLoss} is measured on. */
    public static final int EVALUATED = 10_000;

    /** Batch size of evaluations; a trained network has buffers for it. */
    public static final int EVALUATION_BATCH = 512;

    private final Backend backend;
    private final BatchSource train;
    private final BatchSource validation;
    private final TrainingConfig config;

    /** A trainer; the data sets must belong to the backend and outlive it. */
    public Trainer(Backend backend, BatchSource train, BatchSource validation, TrainingConfig config) {
        this.backend = backend;
        this.train = train;
        this.validation = validation;
        this.config = config;
    }

    /**
     * A trainer without a validation part: validation loss and accuracy are those of the first {@value #EVALUATED}
     * training samples.
     */
    public Trainer(Backend backend, BatchSource train, TrainingConfig config) {
        this(backend, train, null, config);
    }

    /**
     * Size of the largest batch of a training: reserve buffers for it before placing data in the remaining memory.
     *
     * @param network to train
     * @param examples number of training examples
     */
    public static int largestBatch(NetworkSpec network, TrainingConfig config, int examples) {
        return Math.max(BatchSizes.of(network, config, examples).largest(), EVALUATION_BATCH);
    }

    /**
     * Number of steps of an epoch: {@code ceil(n / batchSize)}, or one fewer if a single last example joins the batch
     * before.
     */
    public int stepsPerEpoch(NetworkSpec network) {
        return BatchSizes.of(network, config, train.examples()).steps();
    }

    /**
     * Trains a network up to the last epoch or until early stopping.
     *
     * @param network in its initial state, with as many inputs as the data has features
     * @param listener notified of every step and epoch
     * @throws TrainingException at the first loss that is not finite, naming epoch and step, with the epochs before; or
     *     before an epoch that would exceed the last step, {@link StepState#LAST_STEP}
     * @throws IllegalArgumentException if the network needs several samples in every batch, and a batch or the data has
     *     only one
     */
    public TrainingResult train(Network network, TrainingListener listener) {
        return train(network, List.of(), listener, () -> {});
    }

    /**
     * Trains a network and takes a snapshot after its best epoch, that of {@link TrainingResult#best}.
     *
     * @param best of this network; holds the best epoch afterwards
     * @throws IllegalArgumentException if the snapshot is of another network
     */
    public TrainingResult train(Network network, TrainingListener listener, Snapshot best) {
        return resume(network, List.of(), listener, best);
    }

    /**
     * Continues a training. The result is that of an uninterrupted training, bit for bit on the same device, except for
     * the seconds.
     *
     * @param network with parameters, moments and step of the last finished epoch
     * @param finished metrics of the earlier epochs, epoch 1 first; if these are all, nothing is trained
     * @param best of this network, with its state after the last finished epoch
     * @throws IllegalArgumentException if the snapshot is of another network, or more epochs are finished than
     *     configured
     */
    public TrainingResult resume(
            Network network, List<EpochMetrics> finished, TrainingListener listener, Snapshot best) {
        if (best.network() != network) {
            throw new IllegalArgumentException(
                    "best must be a snapshot of the network that is trained: make it by new" + " Snapshot(network)");
        }
        return train(network, new TrainingState(config, finished).epochs(), listener, best::take);
    }

    private TrainingResult train(
            Network network, List<EpochMetrics> finished, TrainingListener listener, Runnable improved) {
        int n = train.examples();
        BatchSizes sizes = BatchSizes.of(network.spec(), config, n);
        int largest = largestBatch(network.spec(), config, n);
        EarlyStopping stopping = new EarlyStopping(config.patience());
        finished.forEach(epoch -> stopping.improvedBy(epoch.validationLoss()));
        List<EpochMetrics> epochs = new ArrayList<>(finished);
        boolean stopped = !finished.isEmpty() && finished.size() < config.epochs() && stopping.stops();
        // Captured steps hold addresses: the network's buffers must not be reallocated after this.
        network.reserve(largest);
        try (Batches training = train.batches(largest);
                Batches validating = validation == null ? null : validation.batches(EVALUATION_BATCH);
                LossAccumulator totals = backend.memory().newLossAccumulator();
                CapturedSteps steps = new CapturedSteps(backend, network, training, totals)) {
            for (int epoch = finished.size() + 1; epoch <= config.epochs() && !stopped; epoch++) {
                long start = System.nanoTime();
                requireSteps(network.state().step(), sizes.steps(), epochs);
                network.state().setLearningRate(config.learningRate(epoch));
                totals.reset();
                training.start(Permutation.of(n, config.seed(), Permutation.SHUFFLE, epoch), sizes);
                for (int count = training.next(); count > 0; count = training.next()) {
                    steps.run(count);
                    listener.stepped();
                }
                LossTotals running = finite(totals.read(), epochs, sizes.steps());
                LossTotals trained =
                        finite(evaluate(network, training, Math.min(EVALUATED, n), totals), epochs, sizes.steps());
                LossTotals validated = validating == null
                        ? trained
                        : finite(evaluate(network, validating, validation.examples(), totals), epochs, sizes.steps());
                EpochMetrics metrics = new EpochMetrics(
                        epoch,
                        running.meanLoss(),
                        trained.meanLoss(),
                        trained.accuracy(),
                        validated.meanLoss(),
                        validated.accuracy(),
                        (System.nanoTime() - start) * 1e-9);
                epochs.add(metrics);
                if (stopping.improvedBy(metrics.validationLoss())) {
                    improved.run();
                }
                listener.finished(metrics);
                stopped = epoch < config.epochs() && stopping.stops();
            }
        }
        return new TrainingResult(epochs, stopped);
    }

    /** Loss and accuracy of a network on a whole data set, without masks. */
    public LossTotals evaluate(Network network, BatchSource data) {
        try (Batches batches = data.batches(EVALUATION_BATCH);
                LossAccumulator totals = backend.memory().newLossAccumulator()) {
            return evaluate(network, batches, data.examples(), totals);
        }
    }

    // Evaluates the first rows.
    private static LossTotals evaluate(Network network, Batches batches, int rows, LossAccumulator totals) {
        totals.reset();
        batches.start(IntStream.range(0, rows).toArray(), EVALUATION_BATCH);
        for (int count = batches.next(); count > 0; count = batches.next()) {
            batches.gather(count);
            network.evaluate(batches.features(), batches.labels(), count, totals);
        }
        return totals.read();
    }

    private static void requireSteps(long step, int steps, List<EpochMetrics> finished) {
        if (step > StepState.LAST_STEP + 1 - steps) {
            throw new TrainingException(
                    "epoch " + (finished.size() + 1) + " would lead behind the last step, " + StepState.LAST_STEP
                            + "; train fewer epochs, or with larger batches (--batch-size): step=" + step
                            + ", steps of an epoch=" + steps,
                    finished);
        }
    }

    // The accumulator keeps the first step whose loss was not finite, so the host need not read every loss.
    private LossTotals finite(LossTotals totals, List<EpochMetrics> finished, int steps) {
        if (totals.firstNonFiniteStep() >= 0) {
            int epoch = finished.size() + 1;
            long before = (epoch - 1L) * steps;
            long step = totals.firstNonFiniteStep() - before;
            String where =
                    step < steps ? "step " + (step + 1) + " of " + steps : "after step " + steps + " of " + steps;
            throw new TrainingException(
                    "the loss is not finite in epoch " + epoch + ", " + where
                            + "; use a smaller learning rate (--learning-rate): learningRate=" + config.learningRate(),
                    finished);
        }
        return totals;
    }
}
