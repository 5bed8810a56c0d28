package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DevicePropertiesTest {
    private static DeviceProperties gpu(int major, int minor, int driver) {
        return new DeviceProperties("A GPU", major, minor, 108, 80L << 30, driver);
    }

    @Test
    void whatTheKernelsRunOnIsTaken() {
        assertNull(gpu(8, 0, 12_000).refusal());
        assertNull(gpu(12, 1, 13_000).refusal());
    }

    @Test
    void whatTheyDoNotRunOnIsRefusedWithTheReason() {
        String driver = gpu(8, 0, 11_080).refusal();
        assertTrue(driver.contains("CUDA 12.0 or later") && driver.endsWith("driver=CUDA 11.8"), driver);
        String old = gpu(7, 5, 12_040).refusal();
        assertTrue(old.contains("8.0 or later") && old.endsWith("GPU=A GPU, compute capability=7.5"), old);
    }

    @Test
    void theyAreSaidInALine() {
        assertEquals(
                "A GPU, compute capability 9.0, 108 multiprocessors, 80.0 GiB; driver for CUDA 12.6",
                gpu(9, 0, 12_060).toString());
    }

    @Test
    void amountsAreInTheLargestUnit() {
        assertEquals("0 bytes", Bytes.of(0));
        assertEquals("1023 bytes", Bytes.of(1023));
        assertEquals("1.5 KiB", Bytes.of(1536));
        assertEquals("32.0 MiB", Bytes.of(32 << 20));
        assertEquals("1.0 GiB", Bytes.of(1 << 30));
    }
}
