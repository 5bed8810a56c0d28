package org.pernodedrop.backend.cuda;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendContract;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.mask.Noise;

/**
 * The contract on CUDA, with graphs and without. The simulated device does nothing before somebody waits for it the one
 * time, and is as large as a data centre's the other time, so that sums are split otherwise. Backends are opened once: a GPU
 * compiles kernels for seconds.
 */
class CudaBackendContractIT {
    private static final int FEW_MULTIPROCESSORS = 4;
    private static final int MANY_MULTIPROCESSORS = 132;

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OnCuda implements BackendContract {
        private final CudaBackend backend;

        OnCuda(boolean graphs) {
            simulate(graphs, graphs ? FEW_MULTIPROCESSORS : MANY_MULTIPROCESSORS);
            backend = CudaDeviceUnderTest.open(graphs);
        }

        @Override
        public Backend backend() {
            return backend;
        }

        /** Bits and uniforms are the same everywhere; a GPU's roots and sines may differ in the last places. */
        @Override
        public double normalTolerance() {
            return CudaTestLibraries.onGpu() ? 1e-5 : 0;
        }

        /** With several positions both factors are cut to TF32, each by less than 2^-10 of itself. */
        @Override
        public double connectionTolerance(Noise noise, int positions) {
            return positions > 1 ? 0x1p-9 : 0;
        }

        /** Short sums are split over the GPU, as sizes and multiprocessors want it. */
        @Override
        public boolean sumsInOneOrder() {
            return false;
        }

        @AfterAll
        void close() {
            backend.close();
            simulate(false, FEW_MULTIPROCESSORS);
        }

        private static void simulate(boolean asynchronous, int multiprocessors) {
            CudaDeviceUnderTest.simulated().ifPresent(device -> {
                device.setAsynchronous(asynchronous);
                device.setMultiprocessors(multiprocessors);
            });
        }
    }

    @Nested
    class WithGraphs extends OnCuda {
        WithGraphs() {
            super(true);
        }
    }

    @Nested
    @Tag("thorough")
    class WithoutGraphs extends OnCuda {
        WithoutGraphs() {
            super(false);
        }
    }
}
