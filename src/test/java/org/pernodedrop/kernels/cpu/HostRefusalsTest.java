package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** What the kernels on host memory refuse before they compute anything. */
class HostRefusalsTest {
    private static final HostKernels KERNELS = HostKernels.shared();
    private static final ConnectionShape SHAPE = ConnectionShape.of(2, 3, 4);
    private static final Mask MASK = HostKernelsTest.mask(Noise.BERNOULLI, 0.5, 0);
    private static final MaskDraw<Mask, int[]> DRAW = new MaskDraw<>(MASK, 0, SHAPE, null);

    private final float[] untouched = new float[8];
    private final HostMatrix x = HostMatrix.of(new float[6], 3);
    private final HostMatrix w = HostMatrix.of(new float[12], 4);
    private final HostMatrix bias = HostMatrix.of(new float[4], 4);
    private final HostMatrix z = HostMatrix.of(untouched, 4);
    private final HostMatrix y = HostMatrix.of(new float[8], 4);
    private final HostMatrix dz = HostMatrix.of(new float[8], 4);

    private void refused(String message, Executable call) {
        Arrays.fill(untouched, 7f);
        float[] before = untouched.clone();
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.contains(message), said);
        assertArrayEquals(before, untouched);
    }

    private void forward(Mask mask, int first, HostMatrix x, HostMatrix w, HostMatrix z, HostMatrix y, int[] packed) {
        KERNELS.forward(
                new MaskDraw<>(mask, first, SHAPE, packed), new ForwardPass<>(Activation.RELU, x, w, bias, z, y));
    }

    @Test
    void whatIsMissing() {
        refused("draw must not be null", () -> KERNELS.pack(null));
        refused("pass must not be null", () -> KERNELS.forward(DRAW, null));
        refused("pass must not be null", () -> KERNELS.backward(DRAW, null));
        refused("mask must not be null", () -> forward(null, 0, x, w, z, y, null));
        refused("x must not be null", () -> forward(MASK, 0, null, w, z, y, null));
        refused("w must not be null", () -> forward(MASK, 0, x, null, z, y, null));
        refused("z must not be null", () -> forward(MASK, 0, x, w, null, y, null));
        refused("activation must not be null", () -> KERNELS.forward(DRAW, new ForwardPass<>(null, x, w, bias, z, y)));
        refused(
                "shape must not be null",
                () -> KERNELS.forward(
                        new MaskDraw<>(MASK, 0, null, null), new ForwardPass<>(Activation.RELU, x, w, bias, z, y)));
        refused("dz must not be null", () -> KERNELS.backward(DRAW, new BackwardPass<>(x, w, null, z, null, null)));
        refused("packed must not be null", () -> KERNELS.pack(DRAW));
        refused("to must not be null", () -> KERNELS.export(DRAW, null));
        refused("shape must not be null", () -> KERNELS.packedLength(null));
        refused("buffer must not be null", () -> HostMatrix.of((FloatBuffer) null, 1));
        refused("array must not be null", () -> HostMatrix.of((float[]) null, 1));
    }

    @Test
    void whatIsTooSmall() {
        refused(
                "x is too small: x holds 5 floats, needed=6",
                () -> forward(MASK, 0, HostMatrix.of(new float[5], 3), w, z, y, null));
        refused("w is too small", () -> forward(MASK, 0, x, HostMatrix.of(new float[12], 1, 4), z, y, null));
        refused("z is too small", () -> forward(MASK, 0, x, w, HostMatrix.of(untouched, 5), y, null));
        refused(
                "leadingDimension must be at least its columns",
                () -> forward(MASK, 0, HostMatrix.of(new float[6], 2), w, z, y, null));
        refused("leadingDimension must be at least 1", () -> HostMatrix.of(new float[6], 0));
        refused("packed is too small: packed.length=63, needed=64", () -> forward(MASK, 0, x, w, z, y, new int[63]));
        refused(
                "db is too small",
                () -> KERNELS.backward(DRAW, new BackwardPass<>(x, w, dz, null, null, HostMatrix.of(new float[3], 4))));
        refused("to is too small", () -> KERNELS.export(DRAW, z));
    }

    @Test
    void whatIsOutOfRange() {
        refused("firstSample must be at least 0", () -> forward(MASK, -1, x, w, z, y, null));
        refused("firstSample + samples below 2^31", () -> forward(MASK, Integer.MAX_VALUE - 1, x, w, z, y, null));
        refused("threads must be in [0, ", () -> new HostKernels(-1));
        refused(
                "samples x inputs of an exported mask",
                () -> KERNELS.export(new MaskDraw<>(MASK, 0, ConnectionShape.of(1 << 16, 1 << 15, 1), null), z));
    }

    @Test
    void masksThatAreNone() {
        MaskSpec node = MaskSpec.of(Noise.BERNOULLI, Granularity.NODE, 0.5);
        refused("a mask of connection granularity", () -> forward(Mask.of(node, 1, 0, 0), 0, x, w, z, y, null));
        MaskSpec fixed = new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, DropRate.of(0.5), true);
        refused("a fixed mask", () -> forward(Mask.of(fixed, 1, 0, 0), 0, x, w, z, y, null));
        int[] packed = new int[64];
        refused(
                "only Bernoulli masks",
                () -> forward(HostKernelsTest.mask(Noise.GAUSSIAN, 0.5, 0), 0, x, w, z, y, packed));
        refused("drop rate above 0", () -> forward(HostKernelsTest.mask(Noise.BERNOULLI, 0, 0), 0, x, w, z, y, packed));
        refused(
                "one position a sample only",
                () -> KERNELS.pack(new MaskDraw<>(MASK, 0, new ConnectionShape(2, 2, 3, 4), packed)));
    }

    @Test
    void outputsOverOtherOperands() {
        refused("z and y must not overlap", () -> forward(MASK, 0, x, w, z, z, null));
        float[] shared = new float[20];
        refused(
                "x and z must not overlap",
                () -> forward(MASK, 0, HostMatrix.of(shared, 0, 3), w, HostMatrix.of(shared, 5, 4), y, null));
        refused(
                "dz and dx must not overlap",
                () -> KERNELS.backward(
                        DRAW,
                        new BackwardPass<>(
                                x, w, HostMatrix.of(shared, 0, 4), HostMatrix.of(shared, 7, 3), null, null)));
        FloatBuffer readOnly = FloatBuffer.wrap(new float[8]).asReadOnlyBuffer();
        refused("z must be writable", () -> forward(MASK, 0, x, w, HostMatrix.of(readOnly, 4), y, null));
    }

    @Test
    void buffersInTheOtherByteOrder() {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        FloatBuffer buffer = ByteBuffer.allocateDirect(64).order(other).asFloatBuffer();
        refused("the machine's byte order", () -> HostMatrix.of(buffer, 4));
    }

    @Test
    void kernelsThatWereClosed() {
        HostKernels kernels = new HostKernels(1);
        kernels.close();
        kernels.close();
        String said = assertThrows(
                        IllegalStateException.class,
                        () -> kernels.forward(DRAW, new ForwardPass<>(Activation.RELU, x, w, bias, z, y)))
                .getMessage();
        assertTrue(said.contains("closed before their use"), said);
        HostKernels.shared().close();
        forward(MASK, 0, x, w, z, y, null);
    }
}
