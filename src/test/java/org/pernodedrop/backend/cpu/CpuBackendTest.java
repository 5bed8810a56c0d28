package org.pernodedrop.backend.cpu;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendContract;

/** The contract on the CPU, for several numbers of threads. */
class CpuBackendTest {
    abstract static class OnThreads implements BackendContract {
        private final CpuBackend backend;

        OnThreads(int threads) {
            backend = new CpuBackend(threads);
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @AfterEach
        void close() {
            backend.close();
        }
    }

    @Nested
    class OneThread extends OnThreads {
        OneThread() {
            super(1);
        }
    }

    @Nested
    class TwoThreads extends OnThreads {
        TwoThreads() {
            super(2);
        }
    }

    @Nested
    class ThreeThreads extends OnThreads {
        ThreeThreads() {
            super(3);
        }
    }
}
