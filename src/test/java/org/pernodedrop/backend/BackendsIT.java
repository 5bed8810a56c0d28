package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.CudaTestLibraries;

class BackendsIT {
    private final List<String> notices = new ArrayList<>();

    @BeforeEach
    void needsADevice() {
        CudaTestLibraries.require();
    }

    @Test
    void cudaIsThereForTheAsking() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.CUDA), notices::add)) {
            assertEquals("cuda", backend.device());
            assertEquals(List.of("device: " + backend.describe() + "; as asked for"), notices);
        }
    }

    @Test
    void optionsReachTheDevice() {
        BackendOptions options = BackendOptions.of(Device.CUDA)
                .withPrecision(MatrixPrecision.TF32)
                .withGraphs(false);
        try (Backend backend = Backends.open(options, notices::add)) {
            assertTrue(backend.describe().contains(", tf32;"), backend.describe());
            assertTrue(backend.describe().contains("no graphs"), backend.describe());
        }
    }

    @Test
    void autoTakesAGpuThatComputesRightAndNeverTheSimulatedDevice() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO), notices::add)) {
            if (CudaTestLibraries.onGpu()) {
                assertEquals("cuda", backend.device());
                assertEquals(List.of("device: " + backend.describe() + "; it is there and computes right"), notices);
            } else {
                assertEquals("cpu", backend.device());
                assertEquals(
                        List.of("device: " + backend.describe()
                                + "; device cuda cannot be had: only the simulated device"
                                + " of tests is there (the command doctor tells more)"),
                        notices);
            }
        }
    }
}
