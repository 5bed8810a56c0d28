package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Tests with a CUDA backend each; on the simulated device nothing may be left when it was closed. */
abstract class OpenCudaBackend {
    CudaBackend backend;

    @BeforeEach
    void open() {
        backend = CudaDeviceUnderTest.open();
    }

    @AfterEach
    void close() {
        if (backend == null) {
            return; // There is no device, which open has said.
        }
        backend.close();
        CudaDeviceUnderTest.simulated().ifPresent(device -> {
            device.setAsynchronous(false);
            assertEquals(SimulatedDevice.Live.NOTHING, device.live());
        });
    }
}
