package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.kernels.Precision;

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
        BackendOptions options =
                BackendOptions.of(Device.CUDA).withPrecision(Precision.TF32).withGraphs(false);
        try (Backend backend = Backends.open(options, notices::add)) {
            assertTrue(backend.describe().contains(", tf32;"), backend.describe());
            assertTrue(backend.describe().contains("no graphs"), backend.describe());
        }
    }

    @Test
    void autoTakesAGpuThatComputesRight() {
        withAuto("true", () -> {
            try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO), notices::add)) {
                assertEquals("cuda", backend.device());
                assertEquals(List.of("device: " + backend.describe() + "; it is there and computes right"), notices);
            }
        });
    }

    @Test
    void autoTakesTheCpuWhereCudaMustBeAskedFor() {
        withAuto("false", () -> {
            try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO), notices::add)) {
                assertEquals("cpu", backend.device());
                assertEquals(
                        List.of("device: " + backend.describe()
                                + "; CUDA is used only if asked for: pernodedrop.cuda.auto=false"),
                        notices);
            }
        });
    }

    private static void withAuto(String value, Runnable test) {
        String before = System.setProperty("pernodedrop.cuda.auto", value);
        try {
            test.run();
        } finally {
            if (before == null) {
                System.clearProperty("pernodedrop.cuda.auto");
            } else {
                System.setProperty("pernodedrop.cuda.auto", before);
            }
        }
    }
}
