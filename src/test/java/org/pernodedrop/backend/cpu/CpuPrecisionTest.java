package org.pernodedrop.backend.cpu;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.MaskedProductContract;
import org.pernodedrop.backend.MatrixContract;
import org.pernodedrop.backend.PrecisionContract;
import org.pernodedrop.kernels.Precision;

/** The contract of all products on the CPU, in every precision but the default: factors are rounded, and nothing else is. */
class CpuPrecisionTest {
    abstract static class InPrecision implements MatrixContract, MaskedProductContract, PrecisionContract {
        private final CpuBackend backend;
        private final Precision factors;

        InPrecision(Precision precision) {
            backend = new CpuBackend(2, precision);
            factors = precision;
        }

        @Override
        public Backend backend() {
            return backend;
        }

        @Override
        public Precision matrixFactors() {
            return factors;
        }

        @Override
        public Precision connectionFactors(int positions) {
            return factors;
        }

        @AfterEach
        void close() {
            backend.close();
        }
    }

    /** Which is single precision on the CPU. */
    @Nested
    class Tf32 extends InPrecision {
        Tf32() {
            super(Precision.TF32);
        }
    }

    @Nested
    class Bf16 extends InPrecision {
        Bf16() {
            super(Precision.BF16);
        }
    }

    @Nested
    class Bf16x2 extends InPrecision {
        Bf16x2() {
            super(Precision.BF16X2);
        }
    }
}
