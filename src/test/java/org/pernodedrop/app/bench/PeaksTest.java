package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;

class PeaksTest {
    @Test
    void sizesFollowTheRoomThatThereIs() {
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            backend.pretendFree(1 << 22);
            Peaks peaks = Peaks.measure(backend, BackendOptions.of(Device.CPU));
            assertEquals(256, peaks.productSize());
            assertEquals(1 << 18, peaks.copyBytes());
            assertTrue(peaks.fp32MaddsPerSecond() > 0);
            assertTrue(peaks.bandwidth() > 0);
            assertNull(peaks.tf32MaddsPerSecond());
            assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
        }
    }
}
