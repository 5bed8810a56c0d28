package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackendsTest {
    private final List<String> notices = new ArrayList<>();

    @Test
    void autoTakesTheCpuAndSaysWhy() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO).withThreads(2), notices::add)) {
            assertEquals("cpu", backend.device());
            assertEquals(List.of("device: " + backend.describe() + "; cuda: this build has no CUDA backend"), notices);
            assertTrue(backend.describe().startsWith("cpu (2 threads; "), backend.describe());
        }
    }

    @Test
    void theCpuMayBeAskedFor() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.CPU).withThreads(1), notices::add)) {
            assertEquals(List.of("device: " + backend.describe() + "; as asked for"), notices);
            assertTrue(backend.describe().startsWith("cpu (1 thread; "), backend.describe());
        }
    }

    @Test
    void zeroThreadsAreAllCores() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO).withThreads(0), notices::add)) {
            int cores = Runtime.getRuntime().availableProcessors();
            assertTrue(backend.describe().startsWith("cpu (" + cores + " thread"), backend.describe());
        }
    }

    @Test
    void cudaIsRefusedWithTheCause() {
        String said = assertThrows(
                        IllegalStateException.class,
                        () -> Backends.open(BackendOptions.of(Device.CUDA).withThreads(0), notices::add))
                .getMessage();
        assertEquals("device cuda cannot be had: this build has no CUDA backend; use device cpu or auto", said);
        assertEquals(List.of(), notices);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1025, Integer.MAX_VALUE})
    void impossibleThreadsAreRefused(int threads) {
        for (Device device : Device.values()) {
            String said = assertThrows(IllegalArgumentException.class, () -> BackendOptions.of(device)
                            .withThreads(threads))
                    .getMessage();
            assertEquals("threads must be in [0, 1024], 0 for all cores: threads=" + threads, said);
        }
    }

    @Test
    void nullsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Backends.open(null, notices::add));
        assertThrows(IllegalArgumentException.class, () -> Backends.open(BackendOptions.of(Device.CPU), null));
    }

    @ParameterizedTest
    @EnumSource(Device.class)
    void namesOfDevicesComeBack(Device device) {
        assertEquals(device, Device.parse(device.toString()));
        assertEquals(device, Device.parse(device.name()));
    }

    @Test
    void unknownDevicesAreRefused() {
        String said = assertThrows(IllegalArgumentException.class, () -> Device.parse("tpu"))
                .getMessage();
        assertEquals("device must be one of auto, cpu, cuda: device=tpu", said);
        assertThrows(IllegalArgumentException.class, () -> Device.parse(null));
    }
}
