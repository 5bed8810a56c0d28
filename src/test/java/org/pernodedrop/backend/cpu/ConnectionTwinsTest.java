package org.pernodedrop.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ludovic.netlib.blas.BLAS;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.OwnerCheck;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.mask.ReferenceMask;

/** The twins against each other, bit for bit, and their masks against the definition. */
class ConnectionTwinsTest {
    private static final long SEED = 0x5EED_0F_7417L;
    private static final int LAYER = 3;
    private static final int STEP = 41;
    private static final BLAS BLAS = BlasLibrary.open().blas();

    @BeforeAll
    static void theVectorApiIsThere() {
        // A skip here would stay green for ever on a machine that lacks the module; the build passes it to every test.
        assertTrue(ConnectionTwins.simdAvailable(), "tests need java --add-modules jdk.incubator.vector");
    }

    @AfterEach
    void clear() {
        System.clearProperty(ConnectionTwins.PROPERTY);
    }

    static Stream<Arguments> products() {
        List<Arguments> cases = new ArrayList<>();
        int[][] shapes = {
            {1, 1, 1},
            {1, 3, 207},
            {3, 13, 32},
            {13, 1, 33},
            {16, 64, 64},
            {17, 65, 31},
            {33, 207, 100},
            {207, 13, 1},
            {131, 67, 545}
        };
        for (int[] shape : shapes) {
            for (Noise noise : Noise.values()) {
                for (double rate : new double[] {0.5, 0.25, 0.3, 0.7, 0.01}) {
                    cases.add(Arguments.of(shape[0], shape[1], shape[2], noise, rate));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("products")
    void twinsGiveTheSameBits(int samples, int inputs, int outputs, Noise noise, double rate) {
        LayerMask mask = mask(noise, rate);
        twinsGiveTheSameBits(mask, ConnectionShape.of(samples, inputs, outputs));
    }

    @ParameterizedTest
    @MethodSource("products")
    void twinsGiveTheSameBitsOfSequences(int samples, int inputs, int outputs, Noise noise, double rate) {
        int positions = 1 + (7 * samples + inputs) % 5;
        twinsGiveTheSameBits(mask(noise, rate), new ConnectionShape(samples % 20 + 1, 1 + positions, inputs, outputs));
    }

    private static void twinsGiveTheSameBits(LayerMask mask, ConnectionShape shape) {
        float[][] plain = compute(new PlainConnectionTiles(), 1, mask, shape);
        float[][] simd = compute(ConnectionTwins.simd(), 3, mask, shape);
        String[] names = {"z", "y", "dx", "dw"};
        for (int k = 0; k < names.length; k++) {
            assertArrayEquals(plain[k], simd[k], names[k]);
        }
    }

    private static float[][] compute(ConnectionTiles tiles, int threads, LayerMask mask, ConnectionShape shape) {
        Random random = new Random(7);
        // Offsets that are no multiple of a vector, and old values that must not survive.
        CpuFloats x = random(random, (int) shape.inputSize());
        CpuFloats w = random(random, (int) shape.weightSize());
        CpuFloats bias = random(random, shape.outputs());
        CpuFloats dz = random(random, (int) shape.outputSize());
        CpuFloats z = random(random, (int) shape.outputSize());
        CpuFloats y = random(random, (int) shape.outputSize());
        CpuFloats dx = random(random, (int) shape.inputSize());
        CpuFloats dw = random(random, (int) shape.weightSize());
        try (WorkerPool pool = new WorkerPool(threads)) {
            ConnectionProducts products = new ConnectionProducts(pool, tiles, BLAS);
            products.forward(mask, 5, shape, Activation.GELU, x, w, bias, z, y, null);
            products.backward(mask, 5, shape, x, w, dz, dx, dw, null);
            float[] withInputGradient = dw.array.clone();
            products.backward(mask, 5, shape, x, w, dz, null, dw, null);
            assertArrayEquals(withInputGradient, dw.array, "dw must not depend on whether dx is wanted");
        }
        return new float[][] {z.array, y.array, dx.array, dw.array};
    }

    private static LayerMask mask(Noise noise, double rate) {
        CpuStepState state = new CpuStepState(SEED, new CpuGate(new OwnerCheck("backend", "use another")));
        state.setStep(STEP);
        return new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, rate), LAYER, state);
    }

    private static CpuFloats random(Random random, int length) {
        float[] values = new float[length + 3];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        return (CpuFloats) new CpuFloats(values, new MemoryMeter()).slice(3, length);
    }

    static Stream<Arguments> tiles() {
        return Stream.of(new PlainConnectionTiles(), ConnectionTwins.simd())
                .flatMap(tiles -> Stream.of(0.5, 0.25, 0.3, 0.1, 0.97).map(rate -> Arguments.of(tiles, rate)));
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void keptBitsAreTheDefinitions(ConnectionTiles tiles, double rate) {
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, rate);
        TileScratch scratch = new TileScratch();
        int first = Integer.MAX_VALUE - 40;
        int quad = 6;
        int block = 9;
        tiles.drawKept(Mask.of(spec, SEED, LAYER, STEP), first, quad, 2, block, 3, scratch);
        for (int tile = 0; tile < 3; tile++) {
            for (int j = 0; j < 8; j++) {
                for (int b = 0; b < ConnectionTiles.SAMPLES; b++) {
                    int bits = scratch.kept[(tile * 8 + j) * ConnectionTiles.SAMPLES + b];
                    int expected = ReferenceMask.keptBits(
                            spec.rate(), SEED, LAYER, STEP, first + b, quad * ConnectionTiles.QUAD + j, block + tile);
                    assertEquals(expected, bits, "tile " + tile + ", j " + j + ", b " + b);
                }
            }
        }
    }

    @Test
    void aTwinCanBeDemanded() {
        System.setProperty(ConnectionTwins.PROPERTY, "plain");
        assertTrue(ConnectionTwins.choose() instanceof PlainConnectionTiles);
        System.setProperty(ConnectionTwins.PROPERTY, "simd");
        assertTrue(ConnectionTwins.choose().describe().startsWith("Vector API"));
        System.setProperty(ConnectionTwins.PROPERTY, "fast");
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, ConnectionTwins::choose);
        assertEquals("pernodedrop.cpu.tiles must be simd or plain: pernodedrop.cpu.tiles=fast", error.getMessage());
    }

    @Test
    void theMaskTakesNoMemory() {
        // One bit a connection would be 512 KiB here. Plain Java, as uncompiled vector code allocates its vectors.
        LayerMask mask = mask(Noise.BERNOULLI, 0.3);
        int samples = 64;
        int inputs = 256;
        int outputs = 256;
        Random random = new Random(1);
        CpuFloats x = random(random, samples * inputs);
        CpuFloats w = random(random, inputs * outputs);
        CpuFloats z = random(random, samples * outputs);
        CpuFloats dx = random(random, samples * inputs);
        CpuFloats dw = random(random, inputs * outputs);
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (WorkerPool pool = new WorkerPool(1)) {
            ConnectionProducts products = new ConnectionProducts(pool, new PlainConnectionTiles(), BLAS);
            long allocated = 0;
            for (int pass = 0; pass < 2; pass++) {
                long before = memory.getCurrentThreadAllocatedBytes();
                products.forward(
                        mask,
                        0,
                        ConnectionShape.of(samples, inputs, outputs),
                        Activation.LINEAR,
                        x,
                        w,
                        null,
                        z,
                        z,
                        null);
                products.backward(mask, 0, ConnectionShape.of(samples, inputs, outputs), x, w, z, dx, dw, null);
                allocated = memory.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(allocated < 4096, "a second step allocated " + allocated + " bytes");
        }
    }
}
