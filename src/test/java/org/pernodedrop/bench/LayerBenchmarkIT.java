package org.pernodedrop.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** The comparison of layers on a CUDA device: checked against the stored mask, and timed without it. */
class LayerBenchmarkIT {
    @Test
    void kindsThatComputeOnTheDeviceAreTimed() {
        List<String> notices = new ArrayList<>();
        MaskSpec mask = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
        try (Backend backend = CudaDeviceUnderTest.open()) {
            List<Measurement> measurements = new LayerBenchmark(backend, 1, MatrixPrecision.FP32, 0.01, notices::add)
                    .run(new LayerShape(3, 13, 7), mask);
            assertEquals(
                    List.of("pernodedrop", "dense"),
                    measurements.stream().map(Measurement::kind).toList());
            assertEquals(
                    List.of("cuda", "cuda"),
                    measurements.stream().map(Measurement::device).toList());
        }
        assertEquals(2, notices.size(), notices.toString());
        assertTrue(notices.get(0).contains(": checked on 3 samples"), notices.get(0));
        assertTrue(notices.get(1).contains("materialized is left out, its loops run on the host"), notices.get(1));
    }
}
