package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;

/** A convolution whose rows do not fit its room at once: in chunks it gives what it gives as a whole. */
class ConvolutionPassTest {
    private static final int SAMPLES = 7;
    private static final int FILTERS = 5;

    private final Backend backend = new CpuBackend(2);
    private final StepState state = backend.memory().newStepState(77);
    private final WindowShape windows = WindowShape.same(6, 5, 3, 3, 2, 2, 1);

    @AfterEach
    void close() {
        state.close();
        backend.close();
    }

    private record Result(float[] y, float[] dx, float[] dw, float[] db) {}

    private DeviceFloats random(long seed, long length) {
        Random random = new Random(seed);
        float[] values = new float[(int) length];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        DeviceFloats buffer = backend.memory().allocate(length);
        backend.memory().upload(values, 0, buffer);
        return buffer;
    }

    private Result run(long room, int chunks, Strategy strategy, Noise noise) {
        int inputs = windows.windowSize();
        Parameter weight = new Parameter(
                "0.weight",
                Shape.of(inputs, FILTERS),
                0,
                random(1, inputs * FILTERS),
                backend.memory().allocate(inputs * FILTERS));
        Parameter bias = new Parameter(
                "0.bias",
                Shape.of(FILTERS),
                0,
                random(2, FILTERS),
                backend.memory().allocate(FILTERS));
        DenseOperands operands =
                new DenseOperands(backend, Activation.GELU, windows.positions(), inputs, FILTERS, weight, bias);
        LayerMask mask = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), 4, state);
        try (Workspace workspace = new Workspace(backend);
                DeviceFloats x = random(3, SAMPLES * windows.inputSize());
                DeviceFloats dy = random(4, SAMPLES * windows.positions() * FILTERS);
                DeviceFloats dx = backend.memory().allocate(SAMPLES * windows.inputSize())) {
            ConvolutionPass pass = new ConvolutionPass(
                    operands,
                    windows,
                    () -> DrawingProduct.masked(operands, mask, strategy),
                    ProductStrategy.unmasked(backend),
                    true,
                    room);
            pass.reserve(SAMPLES, workspace);
            assertEquals(chunks, pass.chunks());
            Batch batch = new Batch(SAMPLES, 11, Mode.TRAINING);
            float[] y = backend.memory().download(pass.forward(batch, x));
            pass.backward(batch, dy, dx);
            return new Result(
                    y,
                    backend.memory().download(dx),
                    backend.memory().download(weight.gradient()),
                    backend.memory().download(bias.gradient()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "FUSED, BERNOULLI, 1, 7",
        "FUSED, GAUSSIAN, 3, 3",
        "MATERIALIZED, BERNOULLI, 3, 3",
        "MATERIALIZED, PARTIAL_GAUSSIAN, 2, 4",
        "AUTO, BERNOULLI, 6, 2"
    })
    void chunksGiveWhatTheWholeGives(Strategy strategy, Noise noise, int samplesOfChunk, int chunks) {
        long ofSample = (long) windows.positions() * windows.windowSize();
        Result whole = run(ofSample * SAMPLES, 1, strategy, noise);
        Result parts = run(ofSample * samplesOfChunk, chunks, strategy, noise);
        assertArrayEquals(whole.y(), parts.y(), 1e-5f);
        assertArrayEquals(whole.dx(), parts.dx(), 2e-5f);
        assertArrayEquals(whole.dw(), parts.dw(), 2e-4f);
        assertArrayEquals(whole.db(), parts.db());
        Result tiny = run(1, SAMPLES, strategy, noise);
        assertArrayEquals(whole.y(), tiny.y(), 1e-5f);
    }
}
