package org.pernodedrop.backend.cpu;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendContract;

/** The contract on the CPU, for several numbers of threads. */
class CpuBackendTest {
    abstract static class OnThreads implements BackendContract {
        private final CpuBackend backend;

        OnThreads(int threads) {
            this(new CpuBackend(threads));
        }

        OnThreads(CpuBackend backend) {
            this.backend = backend;
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
    @Tag("thorough")
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
    @Tag("thorough")
    class ThreeThreads extends OnThreads {
        ThreeThreads() {
            super(3);
        }
    }

    /** The scalar implementation of the masked products; the others take the Vector API. */
    @Nested
    @Tag("thorough")
    class ScalarImplementation extends OnThreads {
        private static final String TILES = "pernodedrop.cpu.tiles";

        ScalarImplementation() {
            super(scalar());
        }

        private static CpuBackend scalar() {
            System.setProperty(TILES, "scalar");
            try {
                return new CpuBackend(2);
            } finally {
                System.clearProperty(TILES);
            }
        }
    }
}
