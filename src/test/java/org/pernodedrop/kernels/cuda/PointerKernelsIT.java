package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.LayerJudge;
import org.pernodedrop.kernels.cuda.DeviceArena.Place;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Products on a caller's own GPU memory, stream and context, against plain loops over an explicit mask. */
class PointerKernelsIT extends PointerKernelsFixture {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0.5",
        "3, 1, 13, 33, 0.5",
        "33, 1, 32, 64, 0.25",
        "13, 1, 207, 31, 0.3",
        "17, 1, 32, 100, 0",
        "3, 5, 13, 33, 0.3",
        "2, 13, 32, 64, 0.5",
        "3, 4, 17, 29, 0"
    })
    void productsAreThoseOfTheExplicitMaskWhereverTheyLie(
            int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        for (Noise noise : Noise.values()) {
            Mask mask = mask(noise, rate, 1000);
            for (Place place : Place.values()) {
                setStep(1000);
                Layer layer = new Layer(mask.spec(), shape, place);
                layer.compute(0);
                arena.await();
                layer.check(mask);
            }
        }
    }

    /** The gradient of the bias comes from the kernel of the weights' gradient, in split sums as in whole ones. */
    @ParameterizedTest
    @CsvSource({"7, 33, 31, 0.3, false", "1029, 5, 7, 0.5, true", "1029, 4, 8, 0.3, true", "517, 3, 2, 0, true"})
    void theBiasGradientTakesNoLaunchOfItsOwn(int samples, int inputs, int outputs, double rate, boolean split) {
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        Mask mask = mask(Noise.BERNOULLI, rate, 6);
        setStep(6);
        for (Place place : new Place[] {Place.ALIGNED, Place.UNALIGNED}) {
            Layer layer = new Layer(mask.spec(), shape, place);
            CudaDeviceUnderTest.simulated().ifPresent(SimulatedDevice::resetCounts);
            layer.backward(layer.launch, null, layer.dw.matrix, layer.db.matrix);
            arena.await();
            CudaDeviceUnderTest.simulated()
                    .ifPresent(device -> assertEquals(split ? 2 : 1, device.calls(SimulatedDevice.Call.LAUNCH)));
            new LayerJudge(mask, FIRST, layer.values).check(null, null, null, layer.dw.read(), layer.db.read(), 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 207, 33", "37, 100, 64"})
    void packedBitsAreThoseOfTheForwardPassAndGiveTheSameGradients(int samples, int inputs, int outputs) {
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        Mask mask = mask(Noise.BERNOULLI, 0.3, 8);
        setStep(8);
        for (Place place : Place.values()) {
            Layer layer = new Layer(mask.spec(), shape, place);
            int words = (int) (layer.plan.packedBytes() / 4);
            long packed = arena.allocate(layer.plan.packedBytes());
            long alone = arena.allocate(layer.plan.packedBytes());
            for (long each : new long[] {packed, alone}) {
                JCudaDriver.cuMemsetD32(DeviceArena.pointer(each), 0x5a5a5a5a, words);
            }
            layer.compute(packed);
            layer.plan.pack(layer.launch.withPacked(alone));
            arena.await();
            layer.check(mask);
            assertArrayEquals(arena.words(packed, words), arena.words(alone, words));
        }
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void exportedMasksAreTheDefinition(Noise noise) {
        Mask mask = mask(noise, 0.3, 5);
        setStep(5);
        PointerPlan plan = kernels.plan(mask.spec(), ConnectionShape.of(3, 13, 70));
        DeviceArena.Placed to = arena.new Placed(Place.UNALIGNED, new float[3 * 13 * 70], 3 * 13, 70);
        plan.export(DeviceLaunch.of(arena.stream(), state, LAYER, FIRST), to.matrix);
        arena.await();
        float[] values = to.read();
        for (int k = 0; k < values.length; k++) {
            float expected = mask.value(FIRST + k / 70 / 13, k / 70 % 13, k % 70);
            assertEquals(expected, values[k], noise == Noise.BERNOULLI ? 0 : 1e-5);
        }
    }

    @Test
    void whatIsNotWantedIsLeftOut() {
        Mask mask = mask(Noise.BERNOULLI, 0.5, 1);
        setStep(1);
        for (ConnectionShape shape :
                new ConnectionShape[] {ConnectionShape.of(13, 33, 31), new ConnectionShape(5, 7, 33, 31)}) {
            for (int wanted = 0; wanted < 8; wanted++) {
                Layer some = new Layer(mask.spec(), shape, Place.STRIDED);
                DeviceMatrix dx = (wanted & 1) == 0 ? null : some.dx.matrix;
                DeviceMatrix dw = (wanted & 2) == 0 ? null : some.dw.matrix;
                DeviceMatrix db = (wanted & 4) == 0 ? null : some.db.matrix;
                some.forward(some.launch, Activation.RELU, null);
                some.backward(some.launch, dx, dw, db);
                arena.await();
                new LayerJudge(mask, FIRST, some.values)
                        .check(
                                some.z.read(),
                                null,
                                dx == null ? null : some.dx.read(),
                                dw == null ? null : some.dw.read(),
                                db == null ? null : some.db.read(),
                                shape.positions() > 1 ? TF32 : 0);
                requireUntouched(dx == null, some.dx);
                requireUntouched(dw == null, some.dw);
                requireUntouched(db == null, some.db);
                requireUntouched(true, some.y);
            }
        }
    }

    private static void requireUntouched(boolean unwanted, DeviceArena.Placed output) {
        if (unwanted) {
            float[] values = output.read();
            assertArrayEquals(new float[values.length], values);
        }
    }

    @Test
    void aCapturedStepDrawsNewMasksAtEveryReplayAndAllocatesNothing() {
        CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(true));
        for (Noise noise : Noise.values()) {
            for (ConnectionShape shape :
                    new ConnectionShape[] {ConnectionShape.of(13, 33, 32), new ConnectionShape(3, 5, 33, 31)}) {
                Layer layer = new Layer(mask(noise, 0.3, 0).spec(), shape, Place.STRIDED);
                setStep(4);
                CudaDeviceUnderTest.simulated().ifPresent(SimulatedDevice::resetCounts);
                CUgraph graph = new CUgraph();
                JCudaDriver.cuStreamBeginCapture(arena.stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_GLOBAL);
                layer.compute(0);
                kernels.advance(arena.stream(), state);
                JCudaDriver.cuStreamEndCapture(arena.stream, graph);
                CudaDeviceUnderTest.simulated().ifPresent(device -> {
                    assertEquals(0, device.calls(SimulatedDevice.Call.ALLOCATION));
                    assertEquals(0, device.calls(SimulatedDevice.Call.PINNED_ALLOCATION));
                    assertEquals(0, device.calls(SimulatedDevice.Call.MODULE_LOAD));
                    assertEquals(0, device.calls(SimulatedDevice.Call.SYNCHRONISATION));
                });
                CUgraphExec step = new CUgraphExec();
                JCudaDriver.cuGraphInstantiate(step, graph, 0);
                for (int replay = 0; replay < 3; replay++) {
                    JCudaDriver.cuGraphLaunch(step, arena.stream);
                    arena.await();
                    layer.check(mask(noise, 0.3, 4 + replay));
                }
                JCudaDriver.cuGraphExecDestroy(step);
                JCudaDriver.cuGraphDestroy(graph);
                assertArrayEquals(new int[] {77, 0, 7, 0}, arena.words(state, 4));
            }
        }
    }

    @Test
    void theExampleOfTheDocsComputes() {
        int samples = 13;
        int inputs = 33;
        int outputs = 31;
        MaskSpec spec = mask(Noise.BERNOULLI, 0.5, 0).spec();
        Layer lying = new Layer(spec, ConnectionShape.of(samples, inputs, outputs), Place.ALIGNED);
        long stream = arena.stream();
        long seed = SEED;
        int layer = LAYER;
        long workspace = lying.launch.workspace();
        DeviceMatrix x = lying.x.matrix;
        DeviceMatrix w = lying.w.matrix;
        DeviceMatrix bias = lying.bias.matrix;
        DeviceMatrix z = lying.z.matrix;
        DeviceMatrix y = lying.y.matrix;
        DeviceMatrix dz = lying.dz.matrix;
        DeviceMatrix dx = lying.dx.matrix;
        DeviceMatrix dw = lying.dw.matrix;
        DeviceMatrix db = lying.db.matrix;
        // The lines of docs.
        try (PointerKernels kernels = new PointerKernels()) {
            PointerPlan plan = kernels.plan(spec, ConnectionShape.of(samples, inputs, outputs));
            DeviceLaunch launch =
                    DeviceLaunch.of(stream, state, layer, 0).withWorkspace(workspace); // of plan.workspaceBytes()
            kernels.setState(stream, state, seed, 0);
            plan.forward(launch, new ForwardPass<>(Activation.RELU, x, w, bias, z, y));
            plan.backward(launch, new BackwardPass<>(x, w, dz, dx, dw, db));
            kernels.advance(stream, state);
        }
        arena.await();
        new LayerJudge(mask(Noise.BERNOULLI, 0.5, 0), 0, lying.values)
                .check(lying.z.read(), null, lying.dx.read(), lying.dw.read(), lying.db.read(), 0);
        assertEquals(1, arena.words(state, 4)[2]);
    }

    @Test
    void statesHoldWhatIsWritten() {
        kernels.setState(arena.stream(), state, 0x1234_5678_9abc_def0L, 41);
        kernels.advance(arena.stream(), state);
        arena.await();
        assertArrayEquals(new int[] {0x9abc_def0, 0x1234_5678, 42, 0}, arena.words(state, 4));
    }
}
