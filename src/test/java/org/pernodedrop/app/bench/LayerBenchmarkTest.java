package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.WatchedBackend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

class LayerBenchmarkTest {
    private static final BackendOptions OPTIONS = BackendOptions.of(Device.CPU).withThreads(1);
    private static final MaskSpec BERNOULLI = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
    private static final MaskSpec GAUSSIAN = MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.3);
    private static final ConnectionShape SHAPE = ConnectionShape.of(13, 37, 207);

    private final List<String> notices = new ArrayList<>();

    private List<LayerRow> run(Backend backend, ConnectionShape shape, MaskSpec mask, Strategy... strategies) {
        return new LayerBenchmark(backend, OPTIONS, Rows.run(), notices::add).run(shape, mask, List.of(strategies));
    }

    private static void assertStrategies(List<LayerRow> rows, String... strategies) {
        assertEquals(List.of(strategies), rows.stream().map(LayerRow::strategy).toList());
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void everyWayIsCheckedAndTimed(Noise noise) {
        MaskSpec mask = MaskSpec.of(noise, Granularity.CONNECTION, 0.3);
        List<LayerRow> rows;
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            rows = run(backend, SHAPE, mask, Strategy.FUSED);
            assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
            assertTrue(backend.buffers.size() >= 10);
        }
        assertStrategies(rows, "dense", "node", "fused");
        for (LayerRow row : rows) {
            assertEquals("13x37x207", row.shape());
            assertEquals("fp32", row.precision());
            assertEquals(noise.toString(), row.mask().noise());
            assertTrue(row.checkedError() <= ProductPrecision.tolerance(Precision.FP32), row.toString());
            assertTrue(row.times().repetitions() >= LayerBenchmark.MIN_REPETITIONS, row.toString());
            assertTrue(row.times().total().low() <= row.micros(), row.toString());
            assertTrue(row.micros() <= row.times().total().high(), row.toString());
            assertEquals(3 * 13 * 37 * 207, row.work().madds());
        }
        assertEquals(1, notices.size(), notices.toString());
        assertTrue(notices.get(0).contains("checked, largest relative errors: dense "), notices.get(0));
    }

    @ParameterizedTest
    @CsvSource({"PACKED, 1", "REPARAMETERIZED, 5"})
    void whatRefusesIsLeftOutAndSaysWhy(Strategy refusing, int positions) {
        try (Backend backend = new CpuBackend(1)) {
            ConnectionShape shape = new ConnectionShape(3, positions, 7, 13);
            assertStrategies(run(backend, shape, GAUSSIAN, refusing, Strategy.FUSED), "dense", "node", "fused");
        }
        assertTrue(notices.get(0).contains(refusing + " is left out: "), notices.toString());
    }

    @Test
    void whatHasNoRoomIsLeftOut() {
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            // A layer's own ten buffers find room.
            backend.limitAllocations(10);
            List<LayerRow> rows = run(backend, SHAPE, BERNOULLI, Strategy.PACKED, Strategy.FUSED);
            assertStrategies(rows, "dense", "node", "fused");
        }
        assertTrue(notices.get(0).contains("packed is left out: nothing is left"), notices.toString());
    }

    @Test
    void shapesWithoutRoomAreLeftOut() {
        try (WatchedBackend backend = new WatchedBackend(new CpuBackend(1))) {
            backend.limitAllocations(9);
            assertEquals(List.of(), run(backend, SHAPE, BERNOULLI, Strategy.FUSED));
            assertTrue(backend.buffers.stream().allMatch(DeviceBuffer::isClosed));
            ConnectionShape huge = ConnectionShape.of(1, 1 << 16, 1 << 16);
            backend.limitAllocations(10);
            assertEquals(List.of(), run(backend, huge, BERNOULLI, Strategy.FUSED));
        }
        assertEquals("13x37x207, bernoulli, drop rate 0.5: left out: nothing is left", notices.get(0));
        assertTrue(notices.get(1).contains(": left out: length must be below 2^31"), notices.get(1));
    }

    /** Rows say what factors kept, and errors show it. */
    @ParameterizedTest
    @CsvSource({"TF32, fp32, 0, 3e-5", "BF16, bf16, 2e-4, 8e-3", "BF16X2, bf16x2, 1e-6, 5e-5"})
    void everyPrecisionIsChecked(Precision precision, String kept, double least, double most) {
        BackendOptions options = BackendOptions.of(Device.CPU).withPrecision(precision);
        for (ConnectionShape shape : new ConnectionShape[] {SHAPE, new ConnectionShape(3, 5, 37, 64)}) {
            try (Backend backend = new CpuBackend(1, precision)) {
                LayerBenchmark benchmark = new LayerBenchmark(backend, options, Rows.run(), notices::add);
                for (LayerRow row : benchmark.run(shape, BERNOULLI, List.of(Strategy.FUSED, Strategy.MATERIALIZED))) {
                    assertEquals(kept, row.precision());
                    assertTrue(row.checkedError() >= least && row.checkedError() <= most, row.toString());
                }
                assertEquals(List.of(), benchmark.wrong());
            }
        }
    }

    @Test
    void wrongResultsAreNotTimed() {
        try (Backend backend = new CpuBackend(1);
                StepState state = backend.memory().newStepState(3);
                LayerBuffers buffers = new LayerBuffers(backend, SHAPE);
                TimedPass.Masked pass = new TimedPass.Masked(
                        buffers, Precision.FP32, Strategy.FUSED, new LayerMask(BERNOULLI, 0, state))) {
            pass.forward();
            pass.backward();
            assertTrue(pass.check(new ResultCheck(buffers)) <= ProductPrecision.tolerance(Precision.FP32));
            backend.optimizers().advance(state);
            refused(buffers, pass, "z is off by ");
            state.setStep(0);
            backend.vectors().fill(buffers.dw.slice(0, 1000), 1);
            refused(buffers, pass, "dw is off by ");
            pass.backward();
            backend.vectors().fill(buffers.dx, Float.NaN);
            refused(buffers, pass, "dx is off by NaN");
            pass.backward();
            backend.vectors().fill(buffers.db, 0);
            refused(buffers, pass, "db is off by ");
            pass.backward();
            backend.vectors().fill(buffers.y, 1);
            refused(buffers, pass, "y is off by ");
        }
    }

    @Test
    void whatIsWrongIsLeftOutAndRemembered() {
        try (Backend backend = new WatchedBackend(new CpuBackend(1)) {
            private int downloads;

            @Override
            protected void downloaded(float[] to, int offset, int length) {
                // The first pass's dx: the ninth of ten buffers.
                if (++downloads == 9) {
                    Arrays.fill(to, 1);
                }
            }
        }) {
            LayerBenchmark benchmark = new LayerBenchmark(backend, OPTIONS, Rows.run(), notices::add);
            List<LayerRow> rows = benchmark.run(SHAPE, BERNOULLI, List.of(Strategy.FUSED));
            assertStrategies(rows, "node", "fused");
            assertEquals(1, benchmark.wrong().size());
            assertEquals("WRONG: " + benchmark.wrong().get(0), notices.get(0));
        }
    }

    private static void refused(LayerBuffers buffers, TimedPass pass, String part) {
        ResultCheck check = new ResultCheck(buffers);
        String said = assertThrows(ResultCheck.WrongResultException.class, () -> pass.check(check))
                .getMessage();
        assertTrue(said.startsWith("the results of fused are wrong, so it is not timed: "), said);
        assertTrue(said.contains(part) && said.endsWith("shape=13x37x207"), said);
    }

    @Test
    void onlyShortStepsAreReplayed() {
        try (Backend backend = new CpuBackend(1)) {
            LayerRow small =
                    run(backend, ConnectionShape.of(1, 1, 1), BERNOULLI).get(0);
            assertNotNull(small.times().graphMicros());
            assertTrue(small.times().graphMicros() > 0);
            LayerRow large =
                    run(backend, ConnectionShape.of(256, 512, 512), BERNOULLI).get(0);
            assertNull(large.times().graphMicros());
        }
    }

    @Test
    void errorsAreRelativeToTheTerms() {
        assertEquals(0.25, ResultCheck.relativeError(3, 2, 4));
        assertEquals(0, ResultCheck.relativeError(0, 0, 0));
        assertEquals(Double.POSITIVE_INFINITY, ResultCheck.relativeError(1, 0, 0));
        assertTrue(Double.isNaN(ResultCheck.relativeError(Double.NaN, 0, 1)));
    }
}
