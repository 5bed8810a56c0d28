package org.pernodedrop.predict;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.nn.ActivationLayer;
import org.pernodedrop.nn.Dense;
import org.pernodedrop.nn.DropConnectDense;
import org.pernodedrop.nn.Dropout;
import org.pernodedrop.nn.Layer;
import org.pernodedrop.nn.Loss;
import org.pernodedrop.nn.Mode;
import org.pernodedrop.nn.Network;
import org.pernodedrop.nn.PerNodeDropDense;

/** Predictions against the definitions, draw by draw and each in a pass of its own. */
class PredictorTest {
    private static final int INPUTS = 7;
    private static final int CLASSES = 3;

    private final Backend backend = new CpuBackend(2);

    @AfterEach
    void close() {
        backend.close();
    }

    private Network network(Layer hidden) {
        Network network = Network.builder()
                .input(INPUTS)
                .seed(19)
                .add(hidden)
                .add(ActivationLayer.of(Activation.RELU))
                .add(Dense.units(CLASSES).build())
                .build(backend);
        network.state().setStep(5);
        return network;
    }

    private static float[] features(int rows) {
        Random random = new Random(rows);
        float[] features = new float[rows * INPUTS];
        for (int k = 0; k < features.length; k++) {
            features[k] = (float) random.nextGaussian();
        }
        return features;
    }

    // One row in a pass of its own.
    private double[] alone(Network network, float[] features, int row, int sample, Mode mode) {
        float[] own = Arrays.copyOfRange(features, row * INPUTS, (row + 1) * INPUTS);
        network.setFirstSample(sample);
        try (DeviceFloats x = backend.memory().allocate(INPUTS)) {
            backend.memory().upload(own, 0, x);
            float[] logits = backend.memory().download(network.forward(x, 1, mode));
            double sum = 0;
            double[] probabilities = new double[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                probabilities[c] = Math.exp(logits[c]);
                sum += probabilities[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                probabilities[c] /= sum;
            }
            return probabilities;
        } finally {
            network.setFirstSample(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "13", "512", "513", "5000"})
    void withoutMasksEachRowIsWhatItIsAlone(int rows) {
        float[] features = features(rows);
        try (Network network = network(PerNodeDropDense.units(13).build());
                Predictor predictor = new Predictor(network)) {
            List<Prediction> predictions = predictor.predict(features);
            assertEquals(rows, predictions.size());
            for (int row = 0; row < rows; row += Math.max(1, rows / 20)) {
                assertArrayEquals(
                        alone(network, features, row, 0, Mode.INFERENCE),
                        predictions.get(row).probabilities(),
                        1e-6);
                assertTrue(predictions.get(row).uncertainty().isEmpty());
            }
        }
    }

    private void drawsAreThoseOf(Layer hidden, int rows, int draws, boolean stepByStep) {
        float[] features = features(rows);
        try (Network network = network(hidden);
                Predictor predictor = new Predictor(network)) {
            List<Prediction> predictions = predictor.monteCarlo(features, draws);
            assertEquals(5, network.state().step());
            assertEquals(0, network.firstSample());
            for (int row = 0; row < rows; row += Math.max(1, rows / 5)) {
                double[][] each = new double[draws][];
                for (int draw = 0; draw < draws; draw++) {
                    network.state().setStep(stepByStep ? 5 + draw : 5);
                    each[draw] = alone(network, features, row, stepByStep ? row : row * draws + draw, Mode.MONTE_CARLO);
                }
                network.state().setStep(5);
                compare(each, predictions.get(row));
            }
        }
    }

    private static void compare(double[][] draws, Prediction prediction) {
        double[] mean = new double[CLASSES];
        double meanEntropy = 0;
        for (double[] draw : draws) {
            for (int c = 0; c < CLASSES; c++) {
                mean[c] += draw[c] / draws.length;
                meanEntropy -= draw[c] * Math.log(draw[c]) / draws.length;
            }
        }
        double[] deviations = new double[CLASSES];
        double entropy = 0;
        for (int c = 0; c < CLASSES; c++) {
            double squares = 0;
            for (double[] draw : draws) {
                squares += Math.pow(draw[c] - mean[c], 2);
            }
            deviations[c] = Math.sqrt(squares / (draws.length - 1));
            entropy -= mean[c] * Math.log(mean[c]);
        }
        Prediction.Uncertainty uncertainty = prediction.uncertainty().orElseThrow();
        assertArrayEquals(mean, prediction.probabilities(), 1e-6);
        assertArrayEquals(deviations, uncertainty.deviations(), 1e-5);
        assertEquals(entropy, uncertainty.predictiveEntropy(), 1e-5);
        assertEquals(entropy - meanEntropy, uncertainty.mutualInformation(), 1e-5);
        assertTrue(uncertainty.mutualInformation() > 0);
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "13, 7", "3, 3000", "207, 33"})
    void drawsShareBatchesAndNoMasks(int rows, int draws) {
        drawsAreThoseOf(PerNodeDropDense.units(13).dropRate(0.5).build(), rows, draws, false);
        drawsAreThoseOf(Dropout.rate(0.3), rows, draws, false);
    }

    @Test
    void aMaskForTheWholeBatchIsDrawnStepByStep() {
        drawsAreThoseOf(DropConnectDense.units(13).build(), 13, 7, true);
    }

    /** The rows that are asked for with others have the same draws, as long as these come behind. */
    @Test
    void aPrefixGivesThePrefix() {
        float[] features = features(100);
        try (Network network = network(PerNodeDropDense.units(13).build());
                Predictor predictor = new Predictor(network)) {
            List<Prediction> all = predictor.monteCarlo(features, 50);
            List<Prediction> first = predictor.monteCarlo(Arrays.copyOf(features, 3 * INPUTS), 50);
            for (int row = 0; row < 3; row++) {
                assertArrayEquals(all.get(row).probabilities(), first.get(row).probabilities(), 1e-7);
            }
        }
    }

    private Network linear(float scale) {
        Network network = Network.builder()
                .input(INPUTS)
                .add(Dropout.rate(0.5))
                .add(ActivationLayer.of(Activation.RELU))
                .add(Dense.units(CLASSES).build())
                .build(backend);
        float[] weights = new float[INPUTS * CLASSES];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = k % CLASSES * scale;
        }
        backend.memory().upload(weights, 0, network.parameters().get(0).values());
        return network;
    }

    /** Outputs that are not finite, and features that are not and whose outputs are: a ReLU makes 0 of minus infinity. */
    @Test
    void whatIsNotFiniteIsNoClass() {
        float[] features = new float[5 * INPUTS];
        Arrays.fill(features, 1);
        features[INPUTS] = Float.MAX_VALUE;
        features[2 * INPUTS] = Float.NaN;
        features[3 * INPUTS] = Float.NEGATIVE_INFINITY;
        try (Network network = linear(100);
                Predictor predictor = new Predictor(network)) {
            for (List<Prediction> predictions :
                    List.of(predictor.predict(features), predictor.monteCarlo(features, 50))) {
                assertEquals(
                        List.of(true, false, false, false, true),
                        predictions.stream().map(Prediction::exists).toList());
                assertEquals(CLASSES - 1, predictions.get(0).label());
                for (Prediction none : predictions.subList(1, 4)) {
                    assertTrue(Arrays.stream(none.probabilities()).allMatch(Double::isNaN));
                    assertThrows(IllegalStateException.class, none::label);
                    assertThrows(IllegalStateException.class, none::confidence);
                    none.uncertainty().ifPresent(each -> assertTrue(Double.isNaN(each.predictiveEntropy())));
                }
            }
        }
    }

    /** Also of the mean of draws: its logarithm is finite where every probability has underflowed to 0. */
    @Test
    void logarithmsAreFiniteWhereProbabilitiesUnderflow() {
        float[] features = new float[INPUTS];
        Arrays.fill(features, 100);
        try (Network network = linear(10);
                Predictor predictor = new Predictor(network)) {
            Prediction once = predictor.predict(features).get(0);
            assertEquals(0, once.probabilities()[0]);
            assertEquals(-INPUTS * 2000.0, once.logProbabilities()[0], 1e-3);
            Prediction drawn = predictor.monteCarlo(features, 20).get(0);
            assertTrue(Double.isFinite(drawn.logProbabilities()[0]), Arrays.toString(drawn.logProbabilities()));
            for (int c = 0; c < CLASSES; c++) {
                assertEquals(drawn.probabilities()[c], Math.exp(drawn.logProbabilities()[c]), 1e-12);
            }
        }
    }

    @Test
    void whatCannotBeAskedIsRefused() {
        float[] features = features(3);
        try (Network fixed = network(PerNodeDropDense.units(5).fixedMask(true).build());
                Predictor predictor = new Predictor(fixed);
                Network regression = Network.builder()
                        .input(INPUTS)
                        .loss(Loss.MEAN_SQUARED_ERROR)
                        .add(Dense.units(2).build())
                        .build(backend)) {
            refused("no masks that are drawn anew", () -> predictor.monteCarlo(features, 10));
            refused("draws must be at least 2: draws=1", () -> predictor.monteCarlo(features, 1));
            refused("below 2^31", () -> predictor.monteCarlo(features, 1 << 30));
            refused("whole rows of 7", () -> predictor.predict(new float[8]));
            refused("whole rows of 7", () -> predictor.predict(new float[0]));
            refused("only classifiers", () -> new Predictor(regression).close());
            assertFalse(predictor.predict(features).isEmpty());
        }
    }

    private static void refused(String part, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(part), message);
    }
}
