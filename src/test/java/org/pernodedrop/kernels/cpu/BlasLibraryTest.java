package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.pernodedrop.ForkedJava;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DenseContract;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.cpu.CpuBackend;

class BlasLibraryTest {
    private static final Set<String> WITH_NATIVES =
            Set.of("linux-x86_64", "linux-arm64", "macosx-x86_64", "macosx-arm64", "windows-x86_64");

    // Native first: netlib decides once whether it may load natives.
    private final BlasLibrary best = BlasLibrary.open("auto");

    @Test
    void openBlasComputesWhereItHasNatives() {
        assumeTrue(WITH_NATIVES.contains(Loader.getPlatform()), "no natives for " + Loader.getPlatform());
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
    void withoutNativesJavaTakesOver() {
        List<String> said = describeIn(List.of("-Dorg.bytedeco.javacpp.platform=linux-none"));
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.get(0).contains("netlib Java BLAS (because no native library could be loaded: "), said.get(0));
        assertTrue(said.get(0).contains("UnsatisfiedLinkError"), said.get(0));
    }

    @Test
    void aForcedNativeThatFailsIsAnErrorWithItsCause() {
        List<String> said =
                describeIn(List.of("-Dorg.bytedeco.javacpp.platform=linux-none", "-Dpernodedrop.blas=native"));
        assertEquals(1, said.size(), said.toString());
        assertTrue(said.get(0).startsWith("java.lang.IllegalStateException: the native BLAS cannot be"), said.get(0));
        assertTrue(said.get(0).contains("-Dpernodedrop.blas=java: java.lang.UnsatisfiedLinkError"), said.get(0));
    }

    @Test
    void anInterruptedThreadGetsTheSameLibraryAndKeepsItsInterrupt() {
        assumeTrue(WITH_NATIVES.contains(Loader.getPlatform()), "no natives for " + Loader.getPlatform());
        ForkedJava run = ForkedJava.run(List.of(), Map.of(), Interrupted.class);
        assertEquals(List.of(best.description() + " true"), run.out().lines().toList(), run.err());
    }

    /** Opens the library first in an interrupted thread, as pools have when they are told to end. */
    static final class Interrupted {
        private Interrupted() {}

        public static void main(String[] arguments) {
            Thread.currentThread().interrupt();
            String description = BlasLibrary.open().description();
            System.out.println(description + " " + Thread.interrupted());
        }
    }

    /** What a new virtual machine with these options says: libraries are chosen once in a lifetime. */
    private static List<String> describeIn(List<String> options) {
        ForkedJava run = ForkedJava.run(options, Map.of(), Describe.class);
        assertEquals(0, run.code(), run.err());
        return run.out().lines().toList();
    }

    /** Describes a backend that has multiplied, or says why there is none. */
    static final class Describe {
        private Describe() {}

        public static void main(String[] arguments) {
            try (Backend backend = new CpuBackend(1)) {
                DeviceFloats a = backend.memory().allocate(4);
                backend.matrices()
                        .product(
                                false,
                                false,
                                2,
                                2,
                                2,
                                1,
                                a,
                                a,
                                0,
                                backend.memory().allocate(4));
                System.out.println(backend.describe());
            } catch (IllegalStateException failure) {
                System.out.println(failure);
            }
        }
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
            assertTrue(
                    backend.describe().contains("netlib Java BLAS (forced by pernodedrop.blas)"), backend.describe());
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
