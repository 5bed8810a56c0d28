package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ludovic.netlib.blas.BLAS;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.mask.ReferenceMask;

/** The scalar and the vector implementation against each other, bit for bit, and their masks against the definition. */
class TilesTest {
    private static final long SEED = 0x5EED_0F_7417L;
    private static final int LAYER = 3;
    private static final int STEP = 41;
    private static final BLAS BLAS = BlasLibrary.open().blas();

    @BeforeAll
    static void theVectorApiIsThere() {
        // A skip here would stay green for ever on a machine that lacks the module; the build passes it to every test.
        assertTrue(Tiles.vectorApiAvailable(), "tests need java --add-modules jdk.incubator.vector");
    }

    @AfterEach
    void clear() {
        System.clearProperty(Tiles.PROPERTY);
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
    void bothGiveTheSameBits(int samples, int inputs, int outputs, Noise noise, double rate) {
        bothGiveTheSameBits(mask(noise, rate), ConnectionShape.of(samples, inputs, outputs));
    }

    @ParameterizedTest
    @MethodSource("products")
    void bothGiveTheSameBitsOfSeveralPositions(int samples, int inputs, int outputs, Noise noise, double rate) {
        int positions = 1 + (7 * samples + inputs) % 5;
        bothGiveTheSameBits(mask(noise, rate), new ConnectionShape(samples % 20 + 1, 1 + positions, inputs, outputs));
    }

    private static void bothGiveTheSameBits(Mask mask, ConnectionShape shape) {
        float[][] scalar = compute(new ScalarTiles(), 1, mask, shape);
        float[][] vector = compute(Tiles.vector(), 3, mask, shape);
        String[] names = {"z", "y", "dx", "dw", "db"};
        for (int k = 0; k < names.length; k++) {
            assertArrayEquals(scalar[k], vector[k], names[k]);
        }
    }

    private static float[][] compute(Tiles tiles, int threads, Mask mask, ConnectionShape shape) {
        Random random = new Random(7);
        HostMatrix x = random(random, shape.rows(), shape.inputs());
        HostMatrix w = random(random, shape.inputs(), shape.outputs());
        HostMatrix bias = random(random, 1, shape.outputs());
        HostMatrix dz = random(random, shape.rows(), shape.outputs());
        HostMatrix z = random(random, shape.rows(), shape.outputs());
        HostMatrix y = random(random, shape.rows(), shape.outputs());
        HostMatrix dx = random(random, shape.rows(), shape.inputs());
        HostMatrix dw = random(random, shape.inputs(), shape.outputs());
        HostMatrix db = random(random, 1, shape.outputs());
        MaskDraw<Mask, PackedTiles> draw = new MaskDraw<>(mask, 5, shape, null);
        try (WorkerPool pool = new WorkerPool(threads)) {
            TiledProducts products = new TiledProducts(pool, BLAS, new FactorRounding(pool, Precision.FP32), tiles);
            products.forward(draw, new ForwardPass<>(Activation.GELU, x, w, bias, z, y));
            products.backward(draw, new BackwardPass<>(x, w, dz, dx, dw, db));
            float[] all = dw.array().clone();
            products.backward(draw, new BackwardPass<>(x, w, dz, null, dw, null));
            assertArrayEquals(all, dw.array(), "dw must not depend on whether dx is wanted");
            all = dx.array().clone();
            products.backward(draw, new BackwardPass<>(x, w, dz, dx, null, null));
            assertArrayEquals(all, dx.array(), "dx must not depend on whether dw is wanted");
        }
        return new float[][] {z.array(), y.array(), dx.array(), dw.array(), db.array()};
    }

    private static Mask mask(Noise noise, double rate) {
        return Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, rate), SEED, LAYER, STEP);
    }

    /** At an offset that is no multiple of a vector, with old values that must not survive. */
    private static HostMatrix random(Random random, int rows, int columns) {
        float[] values = new float[rows * columns + 3];
        for (int k = 0; k < values.length; k++) {
            values[k] = (float) random.nextGaussian();
        }
        return HostMatrix.of(values, 3, columns);
    }

    static Stream<Arguments> tiles() {
        return Stream.of(new ScalarTiles(), Tiles.vector())
                .flatMap(tiles -> Stream.of(0.5, 0.25, 0.3, 0.1, 0.97).map(rate -> Arguments.of(tiles, rate)));
    }

    @ParameterizedTest
    @MethodSource("tiles")
    void keptBitsAreTheDefinitions(Tiles tiles, double rate) {
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, rate);
        TileScratch scratch = new TileScratch();
        int first = Integer.MAX_VALUE - 40;
        int quad = 6;
        int block = 9;
        tiles.drawKept(Mask.of(spec, SEED, LAYER, STEP), first, quad, 2, block, 3, scratch);
        for (int tile = 0; tile < 3; tile++) {
            for (int j = 0; j < 8; j++) {
                for (int b = 0; b < Tiles.SAMPLES; b++) {
                    int bits = scratch.kept[(tile * 8 + j) * Tiles.SAMPLES + b];
                    int expected = ReferenceMask.keptBits(
                            spec.rate(), SEED, LAYER, STEP, first + b, quad * Tiles.QUAD + j, block + tile);
                    assertEquals(expected, bits, "tile " + tile + ", j " + j + ", b " + b);
                }
            }
        }
    }

    @Test
    void anImplementationCanBeDemanded() {
        System.setProperty(Tiles.PROPERTY, "scalar");
        assertTrue(Tiles.choose() instanceof ScalarTiles);
        System.setProperty(Tiles.PROPERTY, "vector");
        assertTrue(Tiles.choose().describe().startsWith("Vector API"));
        System.setProperty(Tiles.PROPERTY, "fast");
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, Tiles::choose);
        assertEquals("pernodedrop.cpu.tiles must be vector or scalar: pernodedrop.cpu.tiles=fast", error.getMessage());
    }

    @Test
    void theMaskTakesNoMemory() {
        // One bit a connection would be 512 KiB here. Scalar, as uncompiled vector code allocates its vectors.
        ConnectionShape shape = ConnectionShape.of(64, 256, 256);
        MaskDraw<Mask, PackedTiles> draw = new MaskDraw<>(mask(Noise.BERNOULLI, 0.3), 0, shape, null);
        Random random = new Random(1);
        HostMatrix x = random(random, shape.samples(), shape.inputs());
        HostMatrix w = random(random, shape.inputs(), shape.outputs());
        HostMatrix z = random(random, shape.samples(), shape.outputs());
        HostMatrix dx = random(random, shape.samples(), shape.inputs());
        HostMatrix dw = random(random, shape.inputs(), shape.outputs());
        HostMatrix db = random(random, 1, shape.outputs());
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (WorkerPool pool = new WorkerPool(1)) {
            TiledProducts products =
                    new TiledProducts(pool, BLAS, new FactorRounding(pool, Precision.FP32), new ScalarTiles());
            long allocated = 0;
            for (int pass = 0; pass < 2; pass++) {
                long before = memory.getCurrentThreadAllocatedBytes();
                products.forward(draw, new ForwardPass<>(Activation.LINEAR, x, w, null, z, z));
                products.backward(draw, new BackwardPass<>(x, w, z, dx, dw, db));
                allocated = memory.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(allocated < 4096, "a second step allocated " + allocated + " bytes");
        }
    }

    @Test
    void columnSumsAddTheRowsInOrder() {
        int rows = 37;
        int columns = 1003;
        HostMatrix from = random(new Random(3), rows, columns);
        float[] expected = new float[columns];
        float[] row = new float[columns];
        for (int b = 0; b < rows; b++) {
            from.get(b, 0, columns, row, 0);
            for (int u = 0; u < columns; u++) {
                expected[u] += row[u];
            }
        }
        for (int threads : new int[] {1, 3}) {
            try (WorkerPool pool = new WorkerPool(threads)) {
                float[] sums = new float[columns];
                Arrays.fill(sums, 7f);
                new ColumnSums(pool).run(rows, columns, from, HostMatrix.of(sums, columns));
                assertArrayEquals(expected, sums);
            }
        }
    }
}
