package org.pernodedrop.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DenseContract;

class BlasLibraryTest {
    // Native first: netlib decides once whether it may load natives.
    private final BlasLibrary best = BlasLibrary.open("auto");

    @Test
    @DisabledIfSystemProperty(named = "dev.ludovic.netlib.blas.allowNative", matches = "false")
    void openBlasComputesWhereItCanBeLoaded() {
        assertTrue(best.description().startsWith("OpenBLAS 0."), best.description());
        assertTrue(best.blas() instanceof NativeBLAS, best.description());
        assertSame(best, BlasLibrary.open("native"));
    }

    @Test
    void javaMayBeForced() {
        BlasLibrary java = BlasLibrary.open("java");
        assertEquals("netlib Java BLAS (forced by pernodedrop.blas)", java.description());
        assertTrue(java.blas() instanceof JavaBLAS);
    }

    @Test
    void otherChoicesAreRefused() {
        String said = assertThrows(IllegalArgumentException.class, () -> BlasLibrary.open("mkl"))
                .getMessage();
        assertEquals("pernodedrop.blas must be native, java or auto: pernodedrop.blas=mkl", said);
    }

    /** Dense layers with netlib's Java BLAS. */
    @Nested
    class InJava implements DenseContract {
        private final CpuBackend backend = openInJava();

        private CpuBackend openInJava() {
            String before = System.getProperty(BlasLibrary.PROPERTY);
            System.setProperty(BlasLibrary.PROPERTY, "java");
            try {
                return new CpuBackend(2);
            } finally {
                if (before == null) {
                    System.clearProperty(BlasLibrary.PROPERTY);
                } else {
                    System.setProperty(BlasLibrary.PROPERTY, before);
                }
            }
        }

        @Test
        void saysSo() {
            assertEquals("cpu (2 threads, netlib Java BLAS (forced by pernodedrop.blas))", backend.describe());
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
}
