package org.pernodedrop.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.nn.Loss;
import org.pernodedrop.nn.Mode;
import org.pernodedrop.nn.Network;
import org.pernodedrop.train.Trainer;

/**
 * Predicts classes by a classifier, batch by batch. It has buffers of its own beside the network, which must outlive
 * it. Not thread-safe: each prediction is one operation of the network's backend, during which calls from other threads
 * fail with {@link IllegalStateException}.
 *
 * <pre>{@code
 * try (Predictor predictor = new Predictor(network)) {
 *     List<Prediction> sure = predictor.predict(features);
 *     List<Prediction> howSure = predictor.monteCarlo(features, 100);
 * }
 * }</pre>
 */
public final class Predictor implements AutoCloseable {
    /** Samples of a batch, rows or draws of rows; a network that was trained has room for these. */
    static final int BATCH = Trainer.EVALUATION_BATCH;

    private final Network network;
    private final Backend backend;
    private final int inputs;
    private final int classes;
    private final Workspace workspace;
    private final DeviceFloats rows;
    private final DeviceInts rowOfSample;
    private final DeviceFloats samples;

    /**
     * Allocates buffers for a batch.
     *
     * @throws IllegalArgumentException if the network is no classifier
     */
    public Predictor(Network network) {
        if (network.spec().loss() != Loss.SOFTMAX_CROSS_ENTROPY) {
            throw new IllegalArgumentException("only classifiers have probabilities of classes, with the loss "
                    + Loss.SOFTMAX_CROSS_ENTROPY + ": loss=" + network.spec().loss());
        }
        this.network = network;
        backend = network.backend();
        inputs = network.spec().input().size();
        classes = network.spec().outputShape().size();
        workspace = new Workspace(backend);
        rows = workspace.allocate((long) BATCH * inputs);
        rowOfSample = workspace.allocateInts(BATCH);
        samples = workspace.allocate((long) BATCH * inputs);
    }

    /**
     * The network's probabilities, without masks. A row with a feature or an output that is not finite has no
     * prediction.
     *
     * @param features {@code [rows, I]}, as the network was trained on: standardized, if that was
     * @throws IllegalArgumentException if these are not whole rows
     */
    public List<Prediction> predict(float[] features) {
        int count = countRows(features);
        List<Prediction> predictions = new ArrayList<>();
        backend.alone(() ->
                run(features, count, row -> row, Mode.INFERENCE, (row, prediction) -> predictions.add(prediction)));
        return predictions;
    }

    /**
     * The mean of the network's probabilities over many draws of its masks, and their spread. Draw n of row r has the
     * masks of sample {@code r draws + n} at the network's step, so that draws of many rows share a batch; where a
     * layer has one mask for a batch (DropConnect), it is that of step {@code step + n}, and sample r. The results for
     * a row do not depend on the rows behind it. A row has no prediction if one of its draws has none.
     *
     * @param features {@code [rows, I]}, as for {@link #predict}
     * @param draws at least 2; rows times draws below 2^31
     * @throws IllegalArgumentException if an argument is out of range, or the network has no mask that is drawn anew
     * @throws IllegalStateException if no step is left whose masks could be drawn ({@link StepState#LAST_STEP})
     */
    public List<Prediction> monteCarlo(float[] features, int draws) {
        int count = countRows(features);
        if (draws < 2) {
            throw new IllegalArgumentException("draws must be at least 2: draws=" + draws);
        }
        if ((long) count * draws > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "rows x draws must be below 2^31; ask for fewer at a time: rows=" + count + ", draws=" + draws);
        }
        boolean drawsAnew = network.spec().layers().stream()
                .flatMap(layer -> layer.drawnMask().stream())
                .anyMatch(mask -> !mask.fixed() && !mask.isIdentity());
        if (!drawsAnew) {
            throw new IllegalArgumentException(
                    "the network has no masks that are drawn anew, so draws would not differ;"
                            + " train one with a regularizer");
        }
        Draws gathered = new Draws(count, classes);
        boolean oneMaskABatch = network.spec().layers().stream().anyMatch(layer -> layer.masksBatch());
        backend.alone(() -> {
            if (oneMaskABatch) {
                stepByStep(features, count, draws, gathered);
            } else {
                run(features, count * draws, sample -> sample / draws, Mode.MONTE_CARLO, gathered::add);
            }
        });
        return gathered.predictions(draws);
    }

    private void stepByStep(float[] features, int count, int draws, Draws gathered) {
        long step = network.state().step();
        StepState.requireSteps(step, draws);
        try {
            for (int draw = 0; draw < draws; draw++) {
                network.state().setStep(step + draw);
                run(features, count, row -> row, Mode.MONTE_CARLO, gathered::add);
            }
        } finally {
            network.state().setStep(step);
        }
    }

    private int countRows(float[] features) {
        if (features.length == 0 || features.length % inputs != 0) {
            throw new IllegalArgumentException("features must be whole rows of " + inputs + " values, at least one:"
                    + " features.length=" + features.length);
        }
        return features.length / inputs;
    }

    /** Receives the prediction of a sample with the number of its row. */
    private interface Sink {
        void add(int row, Prediction prediction);
    }

    private void run(float[] features, int count, IntUnaryOperator rowOf, Mode mode, Sink sink) {
        for (int first = 0; first < count; first += BATCH) {
            int size = Math.min(BATCH, count - first);
            float[] logits = logits(features, first, size, rowOf, mode);
            for (int k = 0; k < size; k++) {
                int row = rowOf.applyAsInt(first + k);
                sink.add(row, prediction(features, row, logits, k));
            }
        }
    }

    // Each row is copied to the device once and repeated there.
    private float[] logits(float[] features, int first, int size, IntUnaryOperator rowOf, Mode mode) {
        int firstRow = rowOf.applyAsInt(first);
        int rowCount = rowOf.applyAsInt(first + size - 1) - firstRow + 1;
        int[] numbers = new int[size];
        Arrays.setAll(numbers, k -> rowOf.applyAsInt(first + k) - firstRow);
        backend.memory().upload(features, firstRow * inputs, rows.slice(0, (long) rowCount * inputs));
        backend.memory().upload(numbers, 0, rowOfSample.slice(0, size));
        backend.vectors().gatherRows(size, inputs, rows, rowOfSample, samples);
        int before = network.firstSample();
        network.setFirstSample(first);
        try {
            return backend.memory().download(network.forward(samples, size, mode));
        } finally {
            network.setFirstSample(before);
        }
    }

    // Computed in the logarithmic domain, where nothing underflows. Infinite features are refused too, because a ReLU
    // may turn them into finite outputs.
    private Prediction prediction(float[] features, int row, float[] logits, int sample) {
        boolean finite = true;
        for (int j = 0; j < inputs && finite; j++) {
            finite = Float.isFinite(features[row * inputs + j]);
        }
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < classes && finite; c++) {
            finite = Float.isFinite(logits[sample * classes + c]);
            largest = Math.max(largest, logits[sample * classes + c]);
        }
        if (!finite) {
            return Prediction.none(classes, false);
        }
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logits[sample * classes + c] - largest);
        }
        double[] logProbabilities = new double[classes];
        for (int c = 0; c < classes; c++) {
            logProbabilities[c] = logits[sample * classes + c] - largest - Math.log(sum);
        }
        return Prediction.of(logProbabilities, Optional.empty());
    }

    /** Frees the buffers. */
    @Override
    public void close() {
        backend.giveBack(workspace::close);
    }
}
