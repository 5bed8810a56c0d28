package org.pernodedrop.backend.cuda;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.MaskedProductContract;
import org.pernodedrop.backend.MatrixContract;
import org.pernodedrop.backend.PrecisionContract;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Noise;

/** The contract of all products on CUDA, in every precision but the default. */
class CudaPrecisionIT {
    /** Both factors within 2^-11, as cuBLAS rounds them, or cut by less than 2^-10. */
    private static final double TF32 = 0x1p-9;

    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class InPrecision implements MatrixContract, MaskedProductContract, PrecisionContract {
        private final CudaBackend backend;

        InPrecision(Precision precision) {
            backend = CudaDeviceUnderTest.open(precision, true);
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

        @Override
        public double connectionTolerance(Noise noise, int positions) {
            return positions > 1 ? TF32 : 0;
        }

        @Override
        public boolean sumsInOneOrder() {
            return false;
        }

        @AfterAll
        void close() {
            backend.close();
        }
    }

    @Nested
    class Tf32 extends InPrecision {
        Tf32() {
            super(Precision.TF32);
        }

        @Override
        public double matrixTolerance() {
            return TF32;
        }
    }

    @Nested
    class Bf16 extends InPrecision {
        Bf16() {
            super(Precision.BF16);
        }

        /** cuBLAS may round, and on a GPU chooses: products are within 2^-8 of those of unrounded factors. */
        @Override
        public Precision matrixFactors() {
            return CudaTestLibraries.onGpu() ? Precision.FP32 : Precision.BF16;
        }

        @Override
        public double matrixTolerance() {
            return CudaTestLibraries.onGpu() ? 0x1p-7 : 0;
        }

        @Override
        public Precision connectionFactors(int positions) {
            return Precision.BF16;
        }

        @Override
        public boolean weightsMeetAllSamples(Noise noise) {
            return noise == Noise.BERNOULLI && backend().describe().matches(".*compute capability [89]\\.0.*");
        }

        /** Weights times normals are rounded a second time for the tensor cores. */
        @Override
        public double connectionTolerance(Noise noise, int positions) {
            return positions > 1 && noise.usesNormals() ? 0x1p-8 : 0;
        }
    }

    /** Products with masks on connections keep at least two terms of each factor, which are within 2^-17 of it. */
    @Nested
    class Bf16x2 extends InPrecision {
        Bf16x2() {
            super(Precision.BF16X2);
        }

        @Override
        public double connectionTolerance(Noise noise, int positions) {
            return positions > 1 ? TF32 : 0x1p-15;
        }
    }
}
