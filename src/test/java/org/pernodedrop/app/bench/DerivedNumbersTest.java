package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;

/** Every number that is calculated from what was measured, against numbers by hand. */
class DerivedNumbersTest {
    // B = 2, T = 3, I = 5, U = 7: 6 rows, x 30 floats, w 35, y 42; in a millisecond, by a peak of 1e6 and 1e7 bytes/s.
    private static final LayerRow.Work WORK = LayerRow.Work.of(new ConnectionShape(2, 3, 5, 7), 207, 1000, 1e6, 1e7);

    @Test
    void multiplyAddsAreThreeProducts() {
        assertEquals(630, WORK.madds());
        assertEquals(207, WORK.maskBytes());
        // Sizes beyond integers do not overflow.
        ConnectionShape huge = new ConnectionShape(1 << 20, 1 << 10, 1 << 20, 1 << 20);
        assertEquals(3 * Math.pow(2, 70), LayerRow.Work.of(huge, 0, 1, 1, 1).madds());
    }

    @Test
    void eachOperandAndResultIsMovedOnce() {
        // Forward x, w, bias, z, y; backward x, w, z, dy, dx, dw, db.
        int forward = 30 + 35 + 7 + 42 + 42;
        int backward = 30 + 35 + 42 + 42 + 30 + 35 + 7;
        assertEquals(4 * (forward + backward), WORK.leastBytes());
        assertEquals(1508, WORK.leastBytes());
        assertEquals(630 / 1508.0, WORK.intensity());
    }

    @Test
    void ratesAreOverSecondsAndOfThePeakAndTheBandwidth() {
        assertEquals(630e3, WORK.maddsPerSecond(), 1e-6);
        assertEquals(63, WORK.percentOfPeak(), 1e-9);
        assertEquals(15.08, WORK.percentOfBandwidth(), 1e-9);
        assertEquals(30_000, TrainingBenchmark.samplesPerSecond(60_000, 2e6), 1e-9);
    }

    @Test
    void eachPrecisionHasItsPeak() {
        Peaks all = new Peaks(8192, 1e12, 4e12, 8e12, 1, 1e9);
        assertEquals(1e12, all.maddsPerSecond(Precision.FP32));
        assertEquals(4e12, all.maddsPerSecond(Precision.TF32));
        assertEquals(8e12, all.maddsPerSecond(Precision.BF16));
        assertEquals(1e12, all.maddsPerSecond(Precision.BF16X2));
        Peaks single = new Peaks(8192, 1e12, null, null, 1, 1e9);
        for (Precision precision : Precision.values()) {
            assertEquals(1e12, single.maddsPerSecond(precision));
        }
    }

    @Test
    void quartilesDivideTheDistanceOfTwoTimes() {
        assertEquals(new Quartiles(2, 1.5, 5.5), Quartiles.ofNanos(List.of(9000L, 1000L, 2000L)));
        assertEquals(new Quartiles(3, 1.75, 5.25), Quartiles.ofNanos(List.of(4000L, 1000L, 2000L, 9000L)));
        assertEquals(new Quartiles(7, 7, 7), Quartiles.ofNanos(List.of(7000L)));
    }

    @Test
    void totalsAreSummedBeforeTheMedianIsTaken() {
        PassTimes times = new PassTimes();
        times.add(1000, 9000);
        times.add(5000, 1000);
        times.add(2000, 2000);
        assertEquals(3, times.repetitions());
        assertEquals(2, times.forward().median());
        assertEquals(2, times.backward().median());
        assertEquals(6, times.total().median());
    }

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
