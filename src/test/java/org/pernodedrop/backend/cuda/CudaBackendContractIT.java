package org.pernodedrop.backend.cuda;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendContract;

/**
 * The contract on CUDA: with graphs, where the simulated device does nothing before somebody waits for it, and without.
 * Backends are opened once: a GPU compiles kernels for seconds.
 */
class CudaBackendContractIT {
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class OnCuda implements BackendContract {
        private final CudaBackend backend;

        OnCuda(boolean graphs) {
            backend = CudaDeviceUnderTest.open(graphs);
            setAsynchronous(graphs);
        }

        @Override
        public Backend backend() {
            return backend;
        }

        /** Bits and uniforms are the same everywhere; a GPU's roots and sines may differ in the last places. */
        @Override
        public double normalTolerance() {
            return backend.isSimulated() ? 0 : 1e-5;
        }

        /** Short sums are split over the GPU, as sizes and multiprocessors want it. */
        @Override
        public boolean sumsInOneOrder() {
            return false;
        }

        @AfterAll
        void close() {
            backend.close();
            setAsynchronous(false);
        }

        private static void setAsynchronous(boolean asynchronous) {
            CudaDeviceUnderTest.simulated().ifPresent(device -> device.setAsynchronous(asynchronous));
        }
    }

    @Nested
    class WithGraphs extends OnCuda {
        WithGraphs() {
            super(true);
        }
    }

    @Nested
    class WithoutGraphs extends OnCuda {
        WithoutGraphs() {
            super(false);
        }
    }
}
