package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostLayer;
import org.pernodedrop.kernels.HostLayer.Place;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.LayerJudge;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.mask.ReferenceMask;

/** Products on the caller's memory, against plain loops over an explicit mask, wherever the memory lies. */
class HostKernelsTest {
    private static final int FIRST = 9;
    private static final HostKernels KERNELS = HostKernels.shared();
    private static final List<ConnectionShape> SHAPES =
            List.of(ConnectionShape.of(13, 33, 31), new ConnectionShape(5, 7, 33, 31));

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0.5",
        "3, 1, 13, 33, 0.5",
        "13, 1, 3, 1, 0.3",
        "1, 1, 207, 13, 0.1",
        "33, 1, 1, 64, 0.4",
        "32, 1, 64, 32, 0.5",
        "16, 1, 33, 207, 0.3",
        "17, 1, 32, 100, 0",
        "100, 1, 13, 33, 0.8",
        "3, 5, 13, 33, 0.3",
        "2, 13, 207, 31, 0.1",
        "5, 33, 31, 64, 0.5",
        "3, 4, 17, 29, 0"
    })
    void productsAreThoseOfTheExplicitMaskWhereverTheyLie(
            int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        for (Noise noise : Noise.values()) {
            Mask mask = mask(noise, rate, 1000);
            float[] expected = check(mask, shape);
            for (Place place : places()) {
                assertArrayEquals(
                        expected,
                        computed(shape, place, mask, Activation.TANH).results(),
                        "the same bits wherever the matrices lie");
            }
        }
    }

    private float[] check(Mask mask, ConnectionShape shape) {
        HostLayer layer = computed(shape, Place.ARRAYS, mask, Activation.TANH);
        new LayerJudge(mask, FIRST, layer)
                .check(layer.z.read(), layer.y.read(), layer.dx.read(), layer.dw.read(), layer.db.read(), 0);
        return layer.results();
    }

    /** Rounded copies of factors do not depend on where these lie, and leave them as they are. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void factorsAreRounded(Precision precision) {
        Precision factors = precision == Precision.TF32 ? Precision.FP32 : precision;
        try (HostKernels kernels = new HostKernels(2, precision)) {
            for (ConnectionShape shape : SHAPES) {
                for (Noise noise : Noise.values()) {
                    Mask mask = mask(noise, 0.3, 4);
                    float[] expected = null;
                    for (Place place : places()) {
                        HostLayer layer =
                                new HostLayer(shape, place).compute(kernels, mask, FIRST, Activation.TANH, null);
                        new LayerJudge(mask, FIRST, layer, factors)
                                .check(
                                        layer.z.read(),
                                        layer.y.read(),
                                        layer.dx.read(),
                                        layer.dw.read(),
                                        layer.db.read(),
                                        0);
                        assertArrayEquals(layer.xs, layer.x.read());
                        assertArrayEquals(expected == null ? layer.results() : expected, layer.results());
                        expected = layer.results();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void exportedMasksAreTheDefinition(Noise noise) {
        Mask mask = mask(noise, 0.3, 5);
        ConnectionShape shape = ConnectionShape.of(3, 13, 70);
        for (Place place : places()) {
            HostLayer.Placed to = place.place(new float[3 * 13 * 70], 3 * 13, 70);
            KERNELS.export(new MaskDraw<>(mask, FIRST, shape, null), to.matrix());
            to.requireGuards();
            float[] values = to.read();
            for (int k = 0; k < values.length; k++) {
                ReferenceMask.assertValue(mask.spec(), 77, 2, 5, FIRST + k / 70 / 13, k / 70 % 13, k % 70, values[k]);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 207, 33", "37, 100, 64", "16, 4, 32"})
    void packedBitsGiveTheSameResults(int samples, int inputs, int outputs) {
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        Mask mask = mask(Noise.BERNOULLI, 0.3, 8);
        float[] drawn =
                computed(shape, Place.WIDE_BUFFERS, mask, Activation.RELU).results();
        int[] packed = new int[(int) KERNELS.packedLength(shape)];
        Arrays.fill(packed, 0x5a5a5a5a);
        float[] stored = new HostLayer(shape, Place.WIDE_BUFFERS)
                .compute(KERNELS, mask, FIRST, Activation.RELU, packed)
                .results();
        assertArrayEquals(drawn, stored);

        int[] alone = new int[packed.length];
        Arrays.fill(alone, 0x5a5a5a5a);
        MaskDraw<Mask, int[]> draw = new MaskDraw<>(mask, FIRST, shape, alone);
        KERNELS.pack(draw);
        HostLayer layer = new HostLayer(shape, Place.ARRAYS);
        KERNELS.backward(draw, layer.backward(layer.dx.matrix(), layer.dw.matrix(), layer.db.matrix()));
        int outputSize = (int) shape.outputSize();
        float[] gradients = layer.results();
        assertArrayEquals(
                Arrays.copyOfRange(drawn, 2 * outputSize, drawn.length),
                Arrays.copyOfRange(gradients, 2 * outputSize, gradients.length));
    }

    @Test
    void eachGradientMayBeLeftOut() {
        for (ConnectionShape shape : SHAPES) {
            Mask mask = mask(Noise.GAUSSIAN, 0.5, 1);
            HostLayer all = computed(shape, Place.WIDE_ARRAYS, mask, Activation.LINEAR);
            for (int left = 0; left < 8; left++) {
                HostLayer some = new HostLayer(shape, Place.WIDE_ARRAYS);
                HostMatrix dx = (left & 1) == 0 ? null : some.dx.matrix();
                HostMatrix dw = (left & 2) == 0 ? null : some.dw.matrix();
                HostMatrix db = (left & 4) == 0 ? null : some.db.matrix();
                KERNELS.backward(new MaskDraw<>(mask, FIRST, shape, null), some.backward(dx, dw, db));
                assertArrayEquals(dx == null ? new float[all.xs.length] : all.dx.read(), some.dx.read());
                assertArrayEquals(dw == null ? new float[all.ws.length] : all.dw.read(), some.dw.read());
                assertArrayEquals(db == null ? new float[all.biases.length] : all.db.read(), some.db.read());
            }
        }
    }

    @Test
    void onlyTheSumsMayBeAskedFor() {
        for (ConnectionShape shape : SHAPES) {
            Mask mask = mask(Noise.BERNOULLI, 0.5, 1);
            MaskDraw<Mask, int[]> draw = new MaskDraw<>(mask, FIRST, shape, null);
            HostLayer both = computed(shape, Place.BUFFERS, mask, Activation.SIGMOID);
            HostLayer sums = new HostLayer(shape, Place.BUFFERS);
            KERNELS.forward(draw, sums.forward(Activation.SIGMOID, null));
            assertArrayEquals(both.z.read(), sums.z.read());
            HostLayer inPlace = new HostLayer(shape, Place.BUFFERS);
            KERNELS.forward(draw, inPlace.forward(Activation.LINEAR, inPlace.z.matrix()));
            assertArrayEquals(both.z.read(), inPlace.z.read());
        }
    }

    @Property(tries = 60)
    void shardsOfABatchAreTheBatch(
            @ForAll @IntRange(min = 2, max = 40) int samples,
            @ForAll @IntRange(min = 1, max = 40) int inputs,
            @ForAll @IntRange(min = 1, max = 70) int outputs,
            @ForAll @IntRange(min = 1, max = 39) int cut,
            @ForAll Noise noise) {
        int first = Math.min(cut, samples - 1);
        Mask mask = mask(noise, 0.3, 3);
        HostLayer whole = computed(ConnectionShape.of(samples, inputs, outputs), Place.ARRAYS, mask, Activation.LINEAR);
        float[] z = whole.z.read();
        float[] shard = new float[(samples - first) * outputs];
        KERNELS.forward(
                new MaskDraw<>(mask, FIRST + first, ConnectionShape.of(samples - first, inputs, outputs), null),
                new ForwardPass<>(
                        Activation.LINEAR,
                        HostMatrix.of(whole.xs, first * inputs, inputs),
                        whole.w.matrix(),
                        whole.bias.matrix(),
                        HostMatrix.of(shard, outputs),
                        null));
        assertArrayEquals(Arrays.copyOfRange(z, first * outputs, z.length), shard);
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() {
        Mask mask = mask(Noise.BERNOULLI, 0.3, 4);
        for (ConnectionShape shape :
                new ConnectionShape[] {ConnectionShape.of(70, 130, 100), new ConnectionShape(5, 17, 130, 100)}) {
            float[] expected =
                    computed(shape, Place.BUFFERS, mask, Activation.GELU).results();
            for (int threads : new int[] {1, 3}) {
                try (HostKernels kernels = new HostKernels(threads)) {
                    float[] results = new HostLayer(shape, Place.BUFFERS)
                            .compute(kernels, mask, FIRST, Activation.GELU, null)
                            .results();
                    assertArrayEquals(expected, results, threads + " threads");
                }
            }
        }
    }

    @Test
    void concurrentCallersGetTheirOwnResults() throws Exception {
        List<Callable<Boolean>> calls = new ArrayList<>();
        for (int caller = 0; caller < 6; caller++) {
            ConnectionShape shape = caller % 2 == 0
                    ? ConnectionShape.of(16 + caller, 33, 40 + caller)
                    : new ConnectionShape(3, 5, 33, 40 + caller);
            Mask mask = mask(Noise.values()[caller % Noise.values().length], 0.5, caller);
            float[] expected =
                    computed(shape, Place.ARRAYS, mask, Activation.RELU).results();
            calls.add(() -> {
                for (int call = 0; call < 50; call++) {
                    assertArrayEquals(
                            expected,
                            computed(shape, Place.WIDE_BUFFERS, mask, Activation.RELU)
                                    .results());
                }
                return true;
            });
        }
        ExecutorService callers = Executors.newFixedThreadPool(calls.size());
        try {
            for (Future<Boolean> done : callers.invokeAll(calls)) {
                assertEquals(true, done.get());
            }
        } finally {
            callers.shutdown();
        }
    }

    @Test
    void theExampleOfTheDocsComputes() {
        int samples = 13;
        int inputs = 33;
        int outputs = 31;
        long seed = 77;
        int layer = 2;
        int step = 8;
        HostLayer operands = new HostLayer(ConnectionShape.of(samples, inputs, outputs), Place.WIDE_BUFFERS);
        HostMatrix x = operands.x.matrix();
        HostMatrix w = operands.w.matrix();
        HostMatrix bias = operands.bias.matrix();
        HostMatrix z = operands.z.matrix();
        HostMatrix dz = operands.dz.matrix();
        HostMatrix dx = operands.dx.matrix();
        HostMatrix dw = operands.dw.matrix();
        HostMatrix db = operands.db.matrix();
        // The lines of docs.
        Mask mask = Mask.of(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), seed, layer, step);
        MaskDraw<Mask, int[]> draw = new MaskDraw<>(mask, 0, ConnectionShape.of(samples, inputs, outputs), null);
        HostKernels kernels = HostKernels.shared();
        kernels.forward(draw, new ForwardPass<>(Activation.LINEAR, x, w, bias, z, null));
        kernels.backward(draw, new BackwardPass<>(x, w, dz, dx, dw, db));
        HostLayer expected = new HostLayer(draw.shape(), Place.ARRAYS)
                .compute(KERNELS, mask(Noise.BERNOULLI, 0.5, step), 0, Activation.LINEAR, null);
        assertArrayEquals(expected.z.read(), operands.z.read());
        assertArrayEquals(expected.dx.read(), operands.dx.read());
        assertArrayEquals(expected.dw.read(), operands.dw.read());
        assertArrayEquals(expected.db.read(), operands.db.read());
    }

    private static HostLayer computed(ConnectionShape shape, Place place, Mask mask, Activation activation) {
        return new HostLayer(shape, place).compute(KERNELS, mask, FIRST, activation, null);
    }

    static Place[] places() {
        return new Place[] {Place.ARRAYS, Place.BUFFERS, Place.WIDE_ARRAYS, Place.WIDE_BUFFERS};
    }

    static Mask mask(Noise noise, double rate, int step) {
        return Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, rate), 77, 2, step);
    }
}
