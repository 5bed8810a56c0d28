package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostLayer;
import org.pernodedrop.kernels.LayerJudge;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cuda.DeviceArena.Place;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Pointer kernels on a device under test, and layers in its memory. */
abstract class PointerKernelsFixture {
    static final int FIRST = 9;
    static final long SEED = 77;
    static final int LAYER = 2;
    static final double TF32 = 0x1p-9;
    /** Of weights times normals, which tensor cores get rounded again. */
    static final double BF16 = 0x1p-8;

    DeviceArena arena;
    PointerKernels kernels;
    long state;

    @BeforeEach
    void open() {
        CudaDeviceUnderTest.simulated();
        arena = new DeviceArena();
        kernels = new PointerKernels(precision());
        state = arena.allocate(PointerKernels.STATE_BYTES);
    }

    @AfterEach
    void closeWithoutLeaks() {
        if (arena == null) {
            return; // There is no device, which open has said.
        }
        arena.enter();
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(false));
        kernels.close();
        kernels.close();
        arena.close();
        CudaDeviceUnderTest.simulated().ifPresent(device -> assertEquals(SimulatedDevice.Live.NOTHING, device.live()));
    }

    /** Of the kernels. */
    Precision precision() {
        return Precision.FP32;
    }

    final void setStep(int step) {
        kernels.setState(arena.stream(), state, SEED, step);
    }

    static Mask mask(Noise noise, double rate, int step) {
        return Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, rate), SEED, LAYER, step);
    }

    /** A layer in the GPU's memory, with the same values as {@link HostLayer}. */
    final class Layer {
        final HostLayer values;
        final PointerPlan plan;
        final DeviceArena.Placed x;
        final DeviceArena.Placed w;
        final DeviceArena.Placed bias;
        final DeviceArena.Placed dz;
        final DeviceArena.Placed z;
        final DeviceArena.Placed y;
        final DeviceArena.Placed dx;
        final DeviceArena.Placed dw;
        final DeviceArena.Placed db;
        final DeviceLaunch launch;

        Layer(MaskSpec spec, ConnectionShape shape, Place place) {
            values = new HostLayer(shape, HostLayer.Place.ARRAYS);
            plan = kernels.plan(spec, shape);
            x = arena.new Placed(place, values.xs, shape.rows(), shape.inputs());
            w = arena.new Placed(place, values.ws, shape.inputs(), shape.outputs());
            bias = arena.new Placed(place, values.biases, 1, shape.outputs());
            dz = arena.new Placed(place, values.dzs, shape.rows(), shape.outputs());
            z = arena.new Placed(place, new float[values.dzs.length], shape.rows(), shape.outputs());
            y = arena.new Placed(place, new float[values.dzs.length], shape.rows(), shape.outputs());
            dx = arena.new Placed(place, new float[values.xs.length], shape.rows(), shape.inputs());
            dw = arena.new Placed(place, new float[values.ws.length], shape.inputs(), shape.outputs());
            db = arena.new Placed(place, new float[values.biases.length], 1, shape.outputs());
            long bytes = place == Place.STRIDED ? plan.stridedWorkspaceBytes() : plan.workspaceBytes();
            launch = DeviceLaunch.of(arena.stream(), state, LAYER, FIRST)
                    .withWorkspace(bytes == 0 ? 0 : arena.allocate(bytes));
        }

        void compute(long packed) {
            DeviceLaunch all = launch.withPacked(packed);
            forward(all, Activation.TANH, y.matrix);
            backward(all, dx.matrix, dw.matrix, db.matrix);
        }

        void forward(DeviceLaunch all, Activation activation, DeviceMatrix y) {
            plan.forward(all, new ForwardPass<>(activation, x.matrix, w.matrix, bias.matrix, z.matrix, y));
        }

        void backward(DeviceLaunch all, DeviceMatrix dx, DeviceMatrix dw, DeviceMatrix db) {
            plan.backward(all, new BackwardPass<>(x.matrix, w.matrix, dz.matrix, dx, dw, db));
        }

        void check(Mask mask) {
            boolean several = values.shape.positions() > 1 && !mask.spec().isIdentity();
            boolean bf16 = precision() == Precision.BF16;
            boolean twice = bf16 && mask.spec().noise().usesNormals();
            double more = several && !bf16 ? TF32 : several && twice ? BF16 : 0;
            new LayerJudge(mask, FIRST, values, bf16 ? Precision.BF16 : Precision.FP32)
                    .check(z.read(), y.read(), dx.read(), dw.read(), db.read(), more);
            assertArrayEquals(values.xs, x.read());
            assertArrayEquals(values.ws, w.read());
            assertArrayEquals(values.dzs, dz.read());
        }
    }
}
