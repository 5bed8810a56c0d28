package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.OwnerCheck;
import org.pernodedrop.driver.CudaContext;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.mask.CurandStream;

/** Who draws initial weights: cuRAND if it keeps what its documentation says, else a kernel, with the same numbers. */
class CudaRandomFillsIT {
    private static final int LENGTH = 1001;

    private final Closer parts = new Closer();
    private CudaParts operations;
    private DevicePool pool;
    private StagingBuffer staging;

    @BeforeEach
    void open() {
        CudaTestLibraries.require();
        CudaLibraries.load();
        CudaContext context = parts.own(new CudaContext(), CudaContext::close);
        CudaStream stream = parts.own(new CudaStream(), CudaStream::close);
        CommandQueue queue = new CommandQueue(context::enter, stream);
        pool = parts.own(
                new DevicePool(new DriverMemory(stream, context.properties().memory())), DevicePool::close);
        staging = parts.own(new StagingBuffer(stream), StagingBuffer::close);
        operations = new CudaParts(
                queue,
                pool,
                new PooledScratch(pool, queue),
                parts.own(new KernelModules(), KernelModules::close),
                parts.own(new KernelLauncher(queue), KernelLauncher::close),
                new LaunchShapes(context.properties().multiprocessors()));
    }

    @AfterEach
    void close() {
        parts.close();
    }

    private final KernelRunner runner = new KernelRunner(new OwnerCheck("backend", "wait"));

    private CudaRandomFills fills(boolean available, long expectedSeed) {
        CurandStream expected = new CurandStream(expectedSeed);
        return parts.own(new CudaRandomFills(runner, operations, staging, available, expected), CudaRandomFills::close);
    }

    private void assertDrawsTheStream(CudaRandomFills fills) {
        CudaFloats x = new CudaFloats(pool.allocate(LENGTH * Float.BYTES, "a test"));
        fills.uniformKernel(31, 262_100, -2, 2, x);
        float[] drawn = new float[LENGTH];
        staging.download(x, drawn, 0);
        CurandStream stream = new CurandStream(31);
        float[] expected = new float[LENGTH];
        for (int k = 0; k < LENGTH; k++) {
            expected[k] = stream.uniform(262_100 + k) * 4 - 2;
        }
        assertArrayEquals(expected, drawn);
        x.close();
    }

    @Test
    void curandIsTakenWhereItDrawsTheStream() {
        assumeTrue(CudaLibraries.load().curandAvailable(), "SKIPPED: there is no cuRAND here");
        CudaRandomFills fills = fills(true, CudaRandomFills.TRIAL_SEED);
        assertEquals("cuRAND, not tried yet", fills.describe());
        assertDrawsTheStream(fills);
        assertEquals("uniforms by cuRAND", fills.describe());
    }

    @Test
    void theKernelIsTakenWhereCurandDrawsOtherNumbers() {
        assumeTrue(CudaLibraries.load().curandAvailable(), "SKIPPED: there is no cuRAND here");
        CudaRandomFills fills = fills(true, 1);
        assertDrawsTheStream(fills);
        assertTrue(
                fills.describe().startsWith("uniforms by a kernel, as cuRAND draws other numbers"), fills.describe());
        assertDrawsTheStream(fills);
    }

    @Test
    void theKernelIsTakenWhereThereIsNoCurand() {
        CudaRandomFills fills = fills(false, CudaRandomFills.TRIAL_SEED);
        assertEquals("uniforms by a kernel, as cuRAND was not found", fills.describe());
        assertDrawsTheStream(fills);
    }
}
