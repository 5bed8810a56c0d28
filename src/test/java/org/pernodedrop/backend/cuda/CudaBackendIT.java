package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.pernodedrop.Refusal.contains;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.Closing;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.CurandStream;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** What is special about CUDA: the pool, workspaces of graphs, several backends, closing with things open. */
class CudaBackendIT extends OpenCudaBackend {
    /** The simulated device has sparse tensor cores, a GPU may lack them. */
    private static final String SPARSE =
            "( by sparse tensor cores, unmeasured)" + (CudaTestLibraries.onGpu() ? "?" : "");

    private static final MaskSpec DROPPED = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);

    @Test
    void itSaysWhatItIs() {
        String said = backend.describe();
        for (String part : new String[] {"cuda (", "compute capability", "cuBLAS", "fp32", "; graphs)", "cuRAND"}) {
            assertTrue(said.contains(part), said);
        }
        assertEquals("cuda", backend.device());
        try (CudaBackend other = new CudaBackend(Precision.TF32, false)) {
            assertTrue(other.describe().contains("tf32; "), other.describe());
            assertTrue(other.describe().endsWith("; no graphs)"), other.describe());
        }
        assertTrue(said.contains(", fp32; sequences in tf32; "), said);
        try (CudaBackend other = new CudaBackend(Precision.BF16, true)) {
            assertTrue(
                    other.describe().matches(".*, bf16, connections in bf16" + SPARSE + "; sequences in bf16; .*"),
                    other.describe());
        }
        try (CudaBackend other = new CudaBackend(Precision.BF16X2, true)) {
            String text = other.describe();
            assertTrue(
                    text.matches(".*, fp32, connections in bf16x2 or better" + SPARSE + "; sequences in tf32; .*"),
                    text);
        }
        assertThrows(IllegalArgumentException.class, () -> new CudaBackend(null, true));
    }

    @Test
    void memoryThatWasGivenBackComesFromThePool() {
        DeviceFloats x = backend.memory().allocate(50_000);
        backend.vectors().fill(x, 3);
        x.close();
        Memory.Use before = backend.memory().use();
        DeviceFloats y = backend.memory().allocate(50_000);
        assertArrayEquals(new float[50_000], backend.memory().download(y));
        assertEquals(before.reserved(), backend.memory().use().reserved());
        assertEquals(before.free(), backend.memory().use().free());
        assertEquals(before.used() + 4 * 50_000, backend.memory().use().used());
        y.close();
        for (int k = 0; k < 1000; k++) {
            backend.memory().allocate(50_000 - k).close();
        }
        assertEquals(before.reserved(), backend.memory().use().reserved());
    }

    @Test
    void roomIsMadeBeforeMemoryIsSaidToBeOut() {
        // More than half the device, twice, one after the other.
        long length = backend.memory().use().free() / 8 * 5 / Float.BYTES;
        backend.memory().allocate(length).close();
        DeviceFloats x = backend.memory().allocate(length + length / 2);
        contains(OutOfDeviceMemoryException.class, "asked for=", () -> backend.memory()
                .allocate(length));
        contains(OutOfDeviceMemoryException.class, "smaller batch", () -> backend.memory()
                .allocateInts(Long.MAX_VALUE));
        backend.vectors().fill(x.slice(length, 3), 2);
        assertArrayEquals(new float[] {2, 2, 2}, backend.memory().download(x.slice(length, 3)));
        x.close();
        backend.memory().allocate(length).close();
    }

    @Test
    void objectsOfOtherBackendsAreRefused() {
        try (CudaBackend other = CudaDeviceUnderTest.open();
                Backend cpu = new CpuBackend(1)) {
            DeviceFloats own = backend.memory().allocate(4);
            DeviceInts rows = backend.memory().allocateInts(4);
            StepState state = backend.memory().newStepState(1);
            LossAccumulator totals = backend.memory().newLossAccumulator();
            for (Backend foreign : new Backend[] {other, cpu}) {
                Class<IllegalArgumentException> kind = IllegalArgumentException.class;
                contains(kind, "a buffer of another", () -> backend.vectors()
                        .fill(foreign.memory().allocate(4), 1));
                contains(kind, "a buffer of another", () -> backend.memory()
                        .upload(new int[4], 0, foreign.memory().allocateInts(4)));
                contains(kind, "a step state of another", () -> backend.optimizers()
                        .advance(foreign.memory().newStepState(1)));
                LayerMask mask = new LayerMask(DROPPED, 0, foreign.memory().newStepState(1));
                contains(kind, "a step state of another", () -> backend.masks().export(mask, 0, 1, 2, 2, own));
                contains(kind, "an accumulator of another", () -> backend.losses()
                        .softmaxCrossEntropy(
                                state, 2, 2, own, rows, null, foreign.memory().newLossAccumulator()));
                assertFalse(own.overlaps(foreign.memory().allocate(4)));
                assertFalse(own.startsAt(foreign.memory().allocate(4)));
            }
            assertEquals(0, totals.read().samples());
        }
    }

    @Test
    void closingClosesWhatIsOpen() {
        DeviceFloats x = backend.memory().allocate(4);
        DeviceFloats part = x.slice(1, 2);
        DeviceInts rows = backend.memory().allocateInts(4);
        StepState state = backend.memory().newStepState(1);
        LossAccumulator totals = backend.memory().newLossAccumulator();
        BatchFeed feed = backend.memory().newBatchFeed(4, 4);
        feed.submit();
        DeviceTimer timer = backend.memory().newTimer();
        timer.start();
        CapturedGraph graph = backend.capture(() -> backend.vectors().fill(x, 1));
        graph.replay();
        backend.close();
        backend.close();
        assertTrue(x.isClosed() && part.isClosed() && rows.isClosed());
        Class<IllegalStateException> kind = IllegalStateException.class;
        contains(kind, "the backend was closed", backend::synchronize);
        contains(kind, "the backend was closed", () -> backend.memory().allocate(1));
        contains(kind, "the backend was closed", () -> backend.memory().use());
        contains(kind, "the backend was closed", () -> backend.memory().newStepState(1));
        contains(kind, "the backend was closed", () -> backend.capture(() -> {}));
        contains(kind, "was closed", () -> backend.vectors().fill(x, 1));
        contains(kind, "was closed", state::step);
        contains(kind, "was closed", totals::read);
        contains(kind, "was closed", feed::features);
        contains(kind, "was closed", timer::stop);
        contains(kind, "was closed", graph::replay);
        x.close();
        state.close();
        totals.close();
        feed.close();
        timer.close();
        graph.close();
    }

    @Test
    void closingEndsWhatAnotherThreadDoes() throws InterruptedException {
        Closing.whileAnOperationIsUnderWay(CudaDeviceUnderTest.open());
        Closing.betweenOperations(CudaDeviceUnderTest.open());
    }

    @Test
    void statesAndTotalsAfterTheirClose() {
        StepState state = backend.memory().newStepState(1);
        LossAccumulator totals = backend.memory().newLossAccumulator();
        DeviceFloats x = backend.memory().allocate(4);
        try (CapturedGraph graph = backend.capture(() -> backend.optimizers().advance(state))) {
            state.setStep(StepState.LAST_STEP);
            graph.replay();
            assertEquals(StepState.LAST_STEP + 1, state.step());
            contains(IllegalStateException.class, "step=4294967295", () -> backend.optimizers()
                    .advance(state));
            contains(IllegalStateException.class, "step=4294967295", graph::replay);
            state.close();
            totals.close();
            contains(IllegalStateException.class, "that the graph uses was closed", graph::replay);
        }
        contains(IllegalStateException.class, "the step state was closed", () -> state.setStep(1));
        contains(IllegalStateException.class, "the step state was closed", () -> backend.optimizers()
                .advance(state));
        contains(IllegalStateException.class, "the loss accumulator was closed", totals::reset);
        contains(IllegalStateException.class, "the loss accumulator was closed", () -> backend.losses()
                .meanSquaredError(
                        backend.memory().newStepState(1),
                        2,
                        2,
                        x,
                        backend.memory().allocate(4),
                        null,
                        totals));
    }

    /** The workspace that a graph writes to stays, whatever grows then or meanwhile. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void graphsKeepTheirWorkspace(boolean growing) {
        Sums few = new Sums(backend, 300, 3);
        float[] expected = few.run();
        DeviceFloats predictions = backend.memory().allocate(40_000);
        DeviceFloats targets = backend.memory().allocate(40_000);
        StepState state = backend.memory().newStepState(1);
        LossAccumulator totals = backend.memory().newLossAccumulator();
        Runnable grow = () -> backend.losses().meanSquaredError(state, 40_000, 1, predictions, targets, null, totals);
        long before = backend.memory().use().reserved();
        try (CapturedGraph graph = backend.capture(() -> {
            few.enqueue();
            if (growing) {
                grow.run();
            }
        })) {
            grow.run();
            assertTrue(backend.memory().use().reserved() >= before + 40_000 * Double.BYTES, "the workspace has grown");
            List<DeviceFloats> rubbish = new ArrayList<>();
            for (int k = 0; k < 20; k++) {
                DeviceFloats x = backend.memory().allocate(1 << 14);
                backend.vectors().fill(x, Float.NaN);
                rubbish.add(x);
            }
            backend.vectors().fill(few.sums, 0);
            graph.replay();
            assertArrayEquals(expected, backend.memory().download(few.sums));
            for (DeviceFloats x : rubbish) {
                assertTrue(Float.isNaN(backend.memory().download(x)[7]));
            }
        }
        assertArrayEquals(expected, few.run());
    }

    /** Column sums in parts. */
    private static final class Sums {
        final Backend backend;
        final int samples;
        final int outputs;
        final DeviceFloats x;
        final DeviceFloats sums;

        Sums(Backend backend, int samples, int outputs) {
            this.backend = backend;
            this.samples = samples;
            this.outputs = outputs;
            x = backend.memory().allocate((long) samples * outputs);
            backend.memory().upload(Numbers.floats(samples, samples * outputs), 0, x);
            sums = backend.memory().allocate(outputs);
        }

        void enqueue() {
            backend.vectors().columnSums(samples, outputs, x, sums);
        }

        float[] run() {
            enqueue();
            return backend.memory().download(sums);
        }
    }

    @Test
    void uniformsAreTheSameByCurandAndByTheKernel() {
        CurandStream stream = new CurandStream(77);
        for (int length : new int[] {1, 2, 3, 5, 207, 1000, -1, -207, -1000}) {
            // cuRAND takes whole buffers only, the kernel these slices, too.
            DeviceFloats x = length > 0
                    ? backend.memory().allocate(length)
                    : backend.memory().allocate(1 - length).slice(1, -length);
            backend.randomFills().uniform(77, 262_143, -1, 1, x);
            float[] direct = backend.memory().download(x);
            try (CapturedGraph graph =
                    backend.capture(() -> backend.randomFills().uniform(77, 262_143, -1, 1, x))) {
                backend.vectors().fill(x, 0);
                graph.replay();
                assertArrayEquals(direct, backend.memory().download(x));
            }
            assertEquals(stream.uniform(262_143) * 2 - 1, direct[0]);
        }
        assertNotEquals(-1, backend.describe().indexOf("uniforms by "), backend.describe());
    }

    @Test
    void aLostContextIsSaidToBeLost() {
        // A GPU's context would be lost for the other tests, too.
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        DeviceFloats x = backend.memory().allocate(4);
        DeviceInts rows = backend.memory().allocateInts(1);
        backend.memory().upload(new int[] {1 << 28}, 0, rows);
        Executable wrong = () -> {
            backend.vectors().gatherRows(1, 4, x, rows, backend.memory().allocate(4));
            backend.synchronize();
        };
        contains(DeviceException.class, "CUDA_ERROR_ILLEGAL_ADDRESS (700)", wrong);
        contains(DeviceException.class, "the context is lost: restart the process", () -> backend.memory()
                .download(x));
        contains(DeviceException.class, "the context is lost", backend::close);
        assertTrue(x.isClosed());
        backend.close();
        device.resetCounts();
    }
}
