package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.ForkedJava;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;

/** The library that gives cuBLAS of CUDA 13 the names of CUDA 12; what computes through it, DoctorCommandIT shows. */
class CublasForwardingIT {
    private static final Pattern C_LIBRARY = Pattern.compile("GLIBC_[\\d.]+");

    @BeforeEach
    void needsTheSimulatedDevice() {
        CudaDeviceUnderTest.requireSimulated();
    }

    @Test
    void oldSystemsCanLoadIt() throws IOException {
        String library = Files.readString(forwarding(), StandardCharsets.ISO_8859_1);
        Set<String> versions =
                C_LIBRARY.matcher(library).results().map(match -> match.group()).collect(Collectors.toSet());
        assertEquals(Set.of("GLIBC_2.2.5"), versions);
    }

    @Test
    void withoutCudaThirteenItSaysSo() {
        ForkedJava run = ForkedJava.run(
                List.of(), Map.of(), CreatesHandle.class, forwarding().toString());
        assertEquals(0, run.code(), run.err());
        assertEquals("CUBLAS_STATUS_NOT_INITIALIZED", run.out().strip());
        assertTrue(run.err().contains("libcublas-forwarding: libcublas.so.13 cannot be loaded: "), run.err());
    }

    private static Path forwarding() {
        return CudaTestLibraries.simulatedCuda13().resolve("libcublas-forwarding.so");
    }

    private static final class CreatesHandle {
        public static void main(String[] arguments) {
            System.load(arguments[0]);
            try (JCudaNatives natives = new JCudaNatives()) {
                natives.load("JCublas2", "jcuda.jcublas.JCublas2");
            }
            System.out.println(jcuda.jcublas.cublasStatus.stringFor(JCublas2.cublasCreate(new cublasHandle())));
        }
    }
}
