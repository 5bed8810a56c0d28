package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.HostLayer;
import org.pernodedrop.kernels.LayerJudge;
import org.pernodedrop.kernels.cuda.DeviceArena.Place;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Products on a caller's own GPU memory, stream and context, against plain loops over an explicit mask. */
class PointerKernelsIT {
    private static final int FIRST = 9;
    private static final long SEED = 77;
    private static final int LAYER = 2;
    private static final double TF32 = 0x1p-9;

    private DeviceArena arena;
    private PointerKernels kernels;
    private long state;

    @BeforeEach
    void open() {
        CudaDeviceUnderTest.simulated();
        arena = new DeviceArena();
        kernels = new PointerKernels();
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

    private void setStep(int step) {
        kernels.setState(arena.stream(), state, SEED, step);
    }

    private static Mask mask(Noise noise, double rate, int step) {
        return Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, rate), SEED, LAYER, step);
    }

    /** A layer in the GPU's memory, with the same values as {@link HostLayer}. */
    private final class Layer {
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
            plan.forward(all, activation, x.matrix, w.matrix, bias.matrix, z.matrix, y);
        }

        void backward(DeviceLaunch all, DeviceMatrix dx, DeviceMatrix dw, DeviceMatrix db) {
            plan.backward(all, x.matrix, w.matrix, dz.matrix, dx, dw, db);
        }

        void check(Mask mask) {
            boolean rounded = values.shape.positions() > 1 && !mask.spec().isIdentity();
            new LayerJudge(mask, FIRST, values)
                    .check(z.read(), y.read(), dx.read(), dw.read(), db.read(), rounded ? TF32 : 0);
            assertArrayEquals(values.xs, x.read());
            assertArrayEquals(values.ws, w.read());
            assertArrayEquals(values.dzs, dz.read());
        }
    }

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
            plan.forward(launch, Activation.RELU, x, w, bias, z, y);
            plan.backward(launch, x, w, dz, dx, dw, db);
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

    @Test
    void whatIsWrongIsRefusedBeforeAnythingIsLaunched() {
        ConnectionShape shape = ConnectionShape.of(2, 3, 4);
        MaskSpec spec = mask(Noise.BERNOULLI, 0.3, 0).spec();
        Layer layer = new Layer(spec, shape, Place.STRIDED);
        setStep(0);
        arena.await();
        PointerPlan plan = layer.plan;
        DeviceLaunch launch = layer.launch;
        DeviceMatrix x = layer.x.matrix;
        DeviceMatrix w = layer.w.matrix;
        DeviceMatrix z = layer.z.matrix;
        DeviceMatrix dz = layer.dz.matrix;
        Activation relu = Activation.RELU;
        CudaDeviceUnderTest.simulated().ifPresent(SimulatedDevice::resetCounts);
        refused("launch must not be null", () -> plan.forward(null, relu, x, w, null, z, null));
        refused("activation must not be null", () -> plan.forward(launch, null, x, w, null, z, null));
        refused("x must not be null", () -> plan.forward(launch, relu, null, w, null, z, null));
        refused("z must not be null", () -> plan.forward(launch, relu, x, w, null, null, null));
        refused("dz must not be null", () -> plan.backward(launch, x, w, null, null, null, null));
        refused("rows that overlap", () -> plan.forward(launch, relu, at(x, 2), w, null, z, null));
        refused("must not overlap", () -> plan.forward(launch, relu, x, w, null, x, null));
        refused("must not overlap", () -> plan.forward(launch, relu, x, w, null, z, z));
        refused("w is too small", () -> plan.forward(launch, relu, x, at(w, 40), null, z, null));
        refused("x must lie in the GPU's memory", () -> plan.forward(launch, relu, at(4096), w, null, z, null));
        refused("workspace must not be 0", () -> plan.forward(launch.withWorkspace(0), relu, x, w, null, z, null));
        long few = arena.allocate(16);
        refused("workspace is too small", () -> plan.forward(launch.withWorkspace(few), relu, x, w, null, z, null));
        refused("packed is too small", () -> plan.pack(launch.withPacked(few)));
        refused("packed must not be 0", () -> plan.pack(launch));
        refused("to must have no gaps", () -> plan.export(launch, new DeviceMatrix(layer.w.matrix.address(), 9)));
        long tiny = arena.allocate(8);
        refused("state is too small", () -> kernels.setState(arena.stream(), tiny, 0, 0));
        refused("multiple of 16", () -> DeviceLaunch.of(0, state + 4, 0, 0));
        refused("multiple of 16", () -> kernels.advance(arena.stream(), state + 8));
        refused("firstSample", () -> plan.pack(DeviceLaunch.of(0, state, 0, Integer.MAX_VALUE)));
        refused("layer must be at least 0", () -> DeviceLaunch.of(0, state, -1, 0));
        refused(
                "step must be in [0, 4294967294]: step=4294967295",
                () -> kernels.setState(arena.stream(), state, 0, -1));
        refused("multiple of 4", () -> at(state + 2));
        refused("leadingDimension", () -> new DeviceMatrix(state, 0));
        refused("shape must not be null", () -> kernels.plan(spec, null));
        PointerPlan gaussian = kernels.plan(mask(Noise.GAUSSIAN, 0.3, 0).spec(), shape);
        refused("only Bernoulli", gaussian::packedBytes);
        CudaDeviceUnderTest.simulated().ifPresent(device -> assertEquals(0, device.calls(SimulatedDevice.Call.LAUNCH)));
        arena.leave();
        forbidden("current CUDA context", () -> plan.forward(launch, relu, x, w, null, z, null));
        forbidden("must have a current CUDA context", PointerKernels::new);
        arena.enter();
        kernels.close();
        forbidden("closed", () -> plan.backward(launch, x, w, dz, null, null, null));
    }

    @Test
    void whatTheDriverRefusesIsToldAndTheNextCallWorks() {
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        long before = device.live().pinnedAllocations();
        device.fail(SimulatedDevice.Call.PINNED_ALLOCATION, 1);
        failed("page-locked memory", PointerKernels::new);
        assertEquals(before, device.live().pinnedAllocations());

        Mask mask = mask(Noise.BERNOULLI, 0.3, 3);
        ConnectionShape shape = ConnectionShape.of(13, 33, 31);
        device.fail(SimulatedDevice.Call.MODULE_LOAD, 1);
        failed("loading the kernels", () -> kernels.plan(mask.spec(), shape));
        Layer layer = new Layer(mask.spec(), shape, Place.STRIDED);
        setStep(3);
        device.fail(SimulatedDevice.Call.LAUNCH, 1);
        failed("launching the kernel", () -> layer.compute(0));
        device.fail(SimulatedDevice.Call.COPY, 1);
        failed("copying rows", () -> layer.compute(0));
        layer.compute(0);
        arena.await();
        layer.check(mask);
    }

    private static void failed(String message, Executable call) {
        String said = assertThrows(DeviceException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }

    private static DeviceMatrix at(long address) {
        return new DeviceMatrix(address, 4);
    }

    private static DeviceMatrix at(DeviceMatrix matrix, int leadingDimension) {
        return new DeviceMatrix(matrix.address(), leadingDimension);
    }

    private static void refused(String message, Executable call) {
        String said = assertThrows(IllegalArgumentException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }

    private static void forbidden(String message, Executable call) {
        String said = assertThrows(IllegalStateException.class, call).getMessage();
        assertTrue(said.contains(message), said);
    }
}
