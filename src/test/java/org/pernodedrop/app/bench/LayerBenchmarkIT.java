package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
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

    /** Every way is checked in what its factors keep, and its row says what that is. */
    @ParameterizedTest
    @CsvSource({
        "FP32, fp32, fp32, tf32",
        "TF32, tf32, fp32, tf32",
        "BF16, bf16, bf16, bf16",
        "BF16X2, fp32, bf16x2, tf32"
    })
    void rowsSayWhatFactorsKeep(Precision precision, String dense, String one, String several) {
        BackendOptions options = OPTIONS.withPrecision(precision);
        try (Backend backend = CudaDeviceUnderTest.open(precision, true)) {
            LayerBenchmark benchmark = new LayerBenchmark(backend, options, Rows.run(), notice -> {});
            for (int positions : new int[] {1, 5}) {
                List<String> kept =
                        benchmark.run(new ConnectionShape(3, positions, 37, 64), MASK, List.of(Strategy.FUSED)).stream()
                                .map(LayerRow::precision)
                                .toList();
                assertEquals(List.of(dense, dense, positions == 1 ? one : several), kept);
            }
            assertEquals(List.of(), benchmark.wrong());
        }
    }

    @Test
    void peaksAreMeasuredInAllPrecisions() {
        try (Backend backend = CudaDeviceUnderTest.open()) {
            Peaks peaks = Peaks.measure(backend, OPTIONS);
            assertTrue(peaks.fp32MaddsPerSecond() > 0);
            assertNotNull(peaks.tf32MaddsPerSecond());
            assertNotNull(peaks.bf16MaddsPerSecond());
            assertTrue(peaks.bandwidth() > 0);
        }
    }
}
