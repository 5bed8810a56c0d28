package org.pernodedrop.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

class LayerBenchmarkTest {
    @ParameterizedTest
    @EnumSource(Noise.class)
    void bothWaysToComputeTheLayerAgree(Noise noise) {
        MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, 0.3);
        try (Backend backend = new CpuBackend(2);
                StepState state = backend.newStepState(3)) {
            state.setStep(11);
            double difference = ResultCheck.run(
                    backend, MatrixPrecision.FP32, new LayerShape(13, 37, 207), new LayerMask(spec, 1, state));
            assertTrue(difference <= ResultCheck.TOLERANCE);
        }
    }

    @Test
    void aMaskOfAnotherStepIsADifference() {
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
        LayerShape shape = new LayerShape(4, 13, 37);
        try (Backend backend = new CpuBackend(1);
                StepState state = backend.newStepState(3);
                LayerBuffers fused = new LayerBuffers(backend, shape);
                LayerBuffers stored = new LayerBuffers(backend, shape)) {
            LayerMask mask = new LayerMask(spec, 0, state);
            new PerNodeDropPass(fused, mask).forward();
            backend.advance(state);
            new MaterializedPass(stored, mask).forward();
            double difference = ResultCheck.relativeDifference(backend.download(fused.y), backend.download(stored.y));
            assertTrue(difference > ResultCheck.TOLERANCE);
        }
    }

    @Test
    void relativeDifferencesKeepNaN() {
        assertEquals(0.25, ResultCheck.relativeDifference(new float[] {1, 3}, new float[] {1, 4}));
        assertEquals(2, ResultCheck.relativeDifference(new float[] {2}, new float[] {0}));
        assertTrue(Double.isNaN(ResultCheck.relativeDifference(new float[] {Float.NaN, 1}, new float[] {1, 1})));
    }

    @Test
    void masksBeyondTheLimitAreNotStored() {
        LayerShape largest = new LayerShape(1 << 8, 1 << 10, 1 << 10);
        assertTrue(Materialization.fits(largest));
        LayerShape larger = largest.withSamples((1 << 8) + 1);
        assertFalse(Materialization.fits(larger));
        assertEquals(1 << 8, Materialization.fittingSamples(larger));
        LayerShape huge = new LayerShape(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
        assertFalse(Materialization.fits(huge));
        assertEquals(0, Materialization.fittingSamples(huge));
    }

    @Test
    void mediansAreOfTheMiddle() {
        assertEquals(2, PassTimes.medianMs(List.of(9_000_000L, 1_000_000L, 2_000_000L)));
        assertEquals(3, PassTimes.medianMs(List.of(4_000_000L, 1_000_000L, 2_000_000L, 9_000_000L)));
    }

    @Test
    void shapesAreReadAsTheyAreWritten() {
        assertEquals(new LayerShape(128, 784, 256), LayerShape.parse("128x784x256"));
        assertEquals("128x784x256", new LayerShape(128, 784, 256).toString());
        assertThrows(IllegalArgumentException.class, () -> new LayerShape(1, 0, 1));
    }

    @Test
    void timesMustBeAboveZero() {
        try (Backend backend = new CpuBackend(1)) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new LayerBenchmark(backend, 1, MatrixPrecision.FP32, 0, notice -> {}));
        }
    }
}
