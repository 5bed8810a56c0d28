package org.pernodedrop.strategy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Noise at the outputs against noise on every connection: many samples of one input, each under a mask of its own. Both must
 * have the moments of the exact law, and the Kolmogorov-Smirnov distances to it and to each other that so many samples may
 * have. Bounds are five deviations, or a chance of 1e-6.
 */
class ReparameterizationDistributionTest {
    private static final int SAMPLES = 20_000;
    private static final int INPUTS = 23;
    private static final int OUTPUTS = 4;
    private static final double RATE = 0.4;
    private static final double CHANCE = 1e-6;

    private final float[] x = new float[INPUTS];
    private final float[] w = new float[INPUTS * OUTPUTS];

    ReparameterizationDistributionTest() {
        for (int i = 0; i < INPUTS; i++) {
            x[i] = (float) Math.sin(1 + i);
            for (int u = 0; u < OUTPUTS; u++) {
                w[i * OUTPUTS + u] = (float) Math.cos(3 * i + 7 * u);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"FUSED", "REPARAMETERIZED"})
    void momentsAndLawAreThoseOfTheSum(Strategy strategy) {
        float[] z = outputs(strategy);
        for (int u = 0; u < OUTPUTS; u++) {
            double[] standard = standardized(z, u);
            double mean = Arrays.stream(standard).average().orElseThrow();
            double variance = Arrays.stream(standard).map(v -> v * v).average().orElseThrow();
            assertTrue(Math.abs(mean) < 5 / Math.sqrt(SAMPLES), strategy + " mean " + mean);
            assertTrue(Math.abs(variance - 1) < 5 * Math.sqrt(2.0 / SAMPLES), strategy + " variance " + variance);
            double distance = distanceToNormal(standard);
            assertTrue(distance < kolmogorovBound(SAMPLES), strategy + " distance " + distance);
        }
    }

    @Test
    void bothAreDrawnFromOneLaw() {
        float[] connections = outputs(Strategy.FUSED);
        float[] reparameterized = outputs(Strategy.REPARAMETERIZED);
        for (int u = 0; u < OUTPUTS; u++) {
            double distance = distance(standardized(connections, u), standardized(reparameterized, u));
            assertTrue(distance < kolmogorovBound(SAMPLES / 2), "distance " + distance);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"FUSED", "REPARAMETERIZED"})
    void outputsAndSamplesAreIndependent(Strategy strategy) {
        float[] z = outputs(strategy);
        double bound = 5 / Math.sqrt(SAMPLES);
        for (int u = 0; u < OUTPUTS; u++) {
            double[] own = standardized(z, u);
            double[] other = standardized(z, (u + 1) % OUTPUTS);
            double acrossOutputs = 0;
            double acrossSamples = 0;
            for (int b = 0; b < SAMPLES; b++) {
                acrossOutputs += own[b] * other[b] / SAMPLES;
                acrossSamples += own[b] * own[(b + 1) % SAMPLES] / SAMPLES;
            }
            assertTrue(Math.abs(acrossOutputs) < bound, strategy + " between outputs " + acrossOutputs);
            assertTrue(Math.abs(acrossSamples) < bound, strategy + " between samples " + acrossSamples);
        }
    }

    private float[] outputs(Strategy strategy) {
        ConnectionShape shape = ConnectionShape.of(SAMPLES, INPUTS, OUTPUTS);
        float[] rows = new float[SAMPLES * INPUTS];
        for (int b = 0; b < SAMPLES; b++) {
            System.arraycopy(x, 0, rows, b * INPUTS, INPUTS);
        }
        try (Backend backend = new CpuBackend(2);
                StepState state = backend.memory().newStepState(2026);
                Workspace workspace = new Workspace(backend)) {
            DeviceFloats input = workspace.allocate(rows.length);
            DeviceFloats weights = workspace.allocate(w.length);
            DeviceFloats z = workspace.allocate(shape.outputSize());
            backend.memory().upload(rows, 0, input);
            backend.memory().upload(w, 0, weights);
            MaskSpec spec = MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, RATE);
            ProductStrategy passes = ProductStrategy.masked(strategy, backend, new LayerMask(spec, 5, state));
            passes.reserve(shape, workspace);
            passes.forward(0, shape, new ForwardPass<>(Activation.LINEAR, input, weights, null, z, z));
            return backend.memory().download(z);
        }
    }

    // (z - mean) / deviation by the exact law, output u of all samples.
    private double[] standardized(float[] z, int u) {
        double mean = 0;
        double variance = 0;
        for (int i = 0; i < INPUTS; i++) {
            double product = (double) x[i] * w[i * OUTPUTS + u];
            mean += product;
            variance += product * product;
        }
        double deviation = Math.sqrt(variance * RATE / (1 - RATE));
        double[] values = new double[SAMPLES];
        for (int b = 0; b < SAMPLES; b++) {
            values[b] = (z[b * OUTPUTS + u] - mean) / deviation;
        }
        return values;
    }

    // P(sqrt(n) D > c) is about 2 exp(-2 c^2).
    private static double kolmogorovBound(int n) {
        return Math.sqrt(-Math.log(CHANCE / 2) / 2 / n);
    }

    private static double distanceToNormal(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double distance = 0;
        for (int k = 0; k < sorted.length; k++) {
            double expected = normalDistribution(sorted[k]);
            distance = Math.max(distance, Math.abs(expected - (double) k / sorted.length));
            distance = Math.max(distance, Math.abs(expected - (k + 1.0) / sorted.length));
        }
        return distance;
    }

    private static double distance(double[] a, double[] b) {
        double[] first = a.clone();
        double[] second = b.clone();
        Arrays.sort(first);
        Arrays.sort(second);
        double distance = 0;
        int k = 0;
        for (int n = 0; n < first.length; n++) {
            while (k < second.length && second[k] <= first[n]) {
                k++;
            }
            distance = Math.max(distance, Math.abs((n + 1.0) / first.length - (double) k / second.length));
        }
        return distance;
    }

    /** The normal distribution function by its series, to 1e-12 for the arguments that occur. */
    private static double normalDistribution(double value) {
        if (Math.abs(value) > 8) {
            return value < 0 ? 0 : 1;
        }
        double term = value;
        double sum = value;
        for (int n = 1; Math.abs(term) > 1e-18; n++) {
            term *= value * value / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-value * value / 2) / Math.sqrt(2 * Math.PI);
    }
}
