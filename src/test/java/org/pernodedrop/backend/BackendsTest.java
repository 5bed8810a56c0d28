package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.LibraryFinding;

class BackendsTest {
    private final List<String> notices = new ArrayList<>();

    @Test
    void autoTakesTheCpuAndSaysWhy() {
        try (Backend backend = Backends.open(BackendOptions.of(Device.AUTO).withThreads(2), notices::add)) {
            assertEquals("cpu", backend.device());
            assertEquals(
                    List.of("device: " + backend.describe() + "; device cuda cannot be had: "
                            + problem().problem() + " (the command doctor tells more)"),
                    notices);
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
        assertEquals(
                "device cuda cannot be had: " + problem().problem() + "; "
                        + problem().remedy(),
                said);
        assertEquals(List.of(), notices);
    }

    @Test
    void aDeviceThatComputesWronglyIsFoundOut() {
        try (Backend cpu = new CpuBackend(1)) {
            assertEquals(Optional.empty(), Backends.wrongResult(cpu));
            Backend wrong = new WatchedBackend(cpu) {
                @Override
                protected void downloaded(float[] to, int offset, int length) {
                    to[offset + 1] = 77;
                }
            };
            String said = Backends.wrongResult(wrong).orElseThrow();
            assertTrue(said.matches("the GPU gets a small kernel wrong: value 1 is 77.0 and should be -?\\d+.0"), said);
        }
    }

    @Test
    void aDeviceThatFailsIsFoundOut() {
        try (Backend cpu = new CpuBackend(1)) {
            Backend failing = new WatchedBackend(cpu) {
                @Override
                protected void downloaded(float[] to, int offset, int length) {
                    throw new DeviceException("downloading failed", null);
                }
            };
            assertEquals(Optional.of("downloading failed"), Backends.wrongResult(failing));
        }
    }

    /** Without a GPU, whatever this machine has: the build searches no folders for one. */
    private static LibraryFinding problem() {
        return CudaLibraries.probe().problem().orElseThrow();
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
