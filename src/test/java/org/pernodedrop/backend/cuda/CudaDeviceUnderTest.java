package org.pernodedrop.backend.cuda;

import java.util.Optional;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.CudaTestLibraries;
import org.pernodedrop.kernels.Precision;

/**
 * The CUDA device that integration tests run on: the simulated one, or with {@code -Dpernodedrop.test.gpu=true} the GPU of
 * this machine. Where there is none, tests are skipped, and say so; see {@link CudaTestLibraries}.
 */
public final class CudaDeviceUnderTest {
    private CudaDeviceUnderTest() {}

    /** A backend with graphs and single precision, owned by the caller. */
    public static CudaBackend open() {
        return open(true);
    }

    /** A backend with or without graphs, in single precision, owned by the caller. */
    public static CudaBackend open(boolean graphs) {
        return open(Precision.FP32, graphs);
    }

    /** A backend of a precision, with or without graphs, owned by the caller. */
    public static CudaBackend open(Precision precision, boolean graphs) {
        CudaTestLibraries.require();
        return new CudaBackend(precision, graphs);
    }

    /** The means to command the device; none on a GPU. */
    public static Optional<SimulatedDevice> simulated() {
        CudaTestLibraries.require();
        CudaLibraries.load();
        return SimulatedDevice.ofLoadedDriver();
    }

    /** The simulated device; on a GPU the test is skipped, saying so. */
    public static SimulatedDevice requireSimulated() {
        return simulated().orElseGet(CudaTestLibraries::skipOnGpu);
    }
}
