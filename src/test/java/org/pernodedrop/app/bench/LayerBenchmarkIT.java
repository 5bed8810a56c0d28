package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/** The comparison of layers on a CUDA device: checked, timed by events, replayed as graphs. */
class LayerBenchmarkIT {
    private static final BackendOptions OPTIONS = BackendOptions.of(Device.CUDA);
    private static final MaskSpec MASK = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);

    @Test
    void layersAreTimedOnTheDevice() {
        List<String> notices = new ArrayList<>();
        try (Backend backend = CudaDeviceUnderTest.open()) {
            List<LayerRow> rows = new LayerBenchmark(backend, OPTIONS, Rows.run(), notices::add)
                    .run(ConnectionShape.of(3, 13, 7), MASK, List.of(Strategy.FUSED, Strategy.PACKED));
            assertEquals(
                    List.of("dense", "node", "fused", "packed"),
                    rows.stream().map(LayerRow::strategy).toList());
            assertTrue(rows.get(3).work().maskBytes() > 0);
            rows.forEach(row -> assertTrue(row.micros() > 0, row.toString()));
        }
        assertEquals(1, notices.size(), notices.toString());
    }

    @Test
    void peaksAreMeasuredInBothPrecisions() {
        try (Backend backend = CudaDeviceUnderTest.open()) {
            Peaks peaks = Peaks.measure(backend, OPTIONS);
            assertTrue(peaks.fp32MaddsPerSecond() > 0);
            assertNotNull(peaks.tf32MaddsPerSecond());
            assertTrue(peaks.bandwidth() > 0);
        }
    }
}
