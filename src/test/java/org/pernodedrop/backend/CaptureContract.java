package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Graphs do what their operations would do one by one. */
public interface CaptureContract extends BackendFixture {
    private static void assertSameBits(List<float[]> expected, List<float[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int k = 0; k < expected.size(); k++) {
            assertArrayEquals(expected.get(k), actual.get(k), "buffer " + k);
        }
    }

    // A graph of something harmless, replayed: the backend has survived what came before.
    private void assertUsable() {
        DeviceFloats x = backend().memory().allocate(3);
        try (CapturedGraph graph = backend().capture(() -> backend().vectors().fill(x, 7))) {
            assertArrayEquals(new float[3], backend().memory().download(x));
            graph.replay();
            assertArrayEquals(new float[] {7, 7, 7}, backend().memory().download(x));
        }
        x.close();
    }

    @Test
    default void capturingDoesNothing() {
        SmallStep step = new SmallStep(backend());
        List<float[]> before = step.read();
        backend().capture(step::run).close();
        assertSameBits(before, step.read());
        assertEquals(0, step.state.step());
        assertEquals(new LossTotals(0, 0, 0, -1), step.totals.read());
    }

    @Test
    default void replaysAreRuns() {
        SmallStep run = new SmallStep(backend());
        SmallStep replayed = new SmallStep(backend());
        try (CapturedGraph graph = backend().capture(replayed::run)) {
            for (int k = 1; k <= 4; k++) {
                run.run();
                graph.replay();
                assertSameBits(run.read(), replayed.read());
                assertEquals(run.totals.read(), replayed.totals.read());
                assertEquals(k, replayed.state.step());
            }
        }
    }

    @Test
    default void replaysRunsAndOtherGraphsMix() {
        SmallStep run = new SmallStep(backend());
        SmallStep mixed = new SmallStep(backend());
        try (CapturedGraph one = backend().capture(mixed::run);
                CapturedGraph two = backend().capture(() -> {
                    mixed.run();
                    mixed.run();
                })) {
            one.replay();
            mixed.run();
            two.replay();
            one.replay();
            one.replay();
        }
        for (int k = 0; k < 6; k++) {
            run.run();
        }
        assertSameBits(run.read(), mixed.read());
        assertEquals(6, mixed.state.step());
    }

    @Test
    default void everyReplayDrawsTheMaskOfItsStep() {
        StepState state = state(5, 40, 0);
        LayerMask mask = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3), 2, state);
        DeviceFloats drawn = backend().memory().allocate(3 * 7 * 33);
        try (CapturedGraph graph = backend().capture(() -> {
            backend().masks().export(mask, 0, 3, 7, 33, drawn);
            backend().optimizers().advance(state);
        })) {
            float[] before = null;
            for (long step : new long[] {40, 41, 42, 7, 8}) {
                state.setStep(step);
                graph.replay();
                assertEquals(step + 1, state.step());
                float[] values = backend().memory().download(drawn);
                assertFalse(Arrays.equals(before, values), "step " + step);
                before = values;
                state.setStep(step);
                backend().masks().export(mask, 0, 3, 7, 33, drawn);
                assertArrayEquals(backend().memory().download(drawn), values, "step " + step);
            }
        }
    }

    @Test
    default void whatBuffersAndStatesHoldAtTheReplayCounts() {
        StepState state = state(1, 0, 0.5f);
        DeviceFloats table = backend().memory().allocate(3);
        DeviceInts rows = backend().memory().allocateInts(2);
        DeviceFloats g = backend().memory().allocate(2);
        DeviceFloats w = backend().memory().allocate(2);
        DeviceFloats v = backend().memory().allocate(2);
        try (CapturedGraph graph = backend().capture(() -> {
            backend().vectors().gatherRows(2, 1, table, rows, g);
            backend().optimizers().sgd(state, 0, false, w, g, v);
        })) {
            backend().memory().upload(new float[] {1, 2, 4}, 0, table);
            backend().memory().upload(new int[] {2, 0}, 0, rows);
            graph.replay();
            assertArrayEquals(new float[] {-2, -0.5f}, backend().memory().download(w));
            backend().memory().upload(new float[] {8, 16, 32}, 0, table);
            backend().memory().upload(new int[] {1, 1}, 0, rows);
            state.setLearningRate(0.25f);
            graph.replay();
            assertArrayEquals(new float[] {-6, -4.5f}, backend().memory().download(w));
        }
    }

    @Test
    default void nothingCanBeRecordedToo() {
        try (CapturedGraph graph = backend().capture(() -> {})) {
            graph.replay();
            graph.replay();
        }
        assertUsable();
    }

    @TestFactory
    default Stream<DynamicTest> whatNeedsTheHostIsRefused() {
        Backend backend = backend();
        DeviceFloats x = backend.memory().allocate(4);
        DeviceInts rows = backend.memory().allocateInts(4);
        StepState state = backend.memory().newStepState(1);
        LossAccumulator totals = backend.memory().newLossAccumulator();
        BatchFeed feed = backend.memory().newBatchFeed(4, 4);
        feed.submit();
        DeviceTimer timer = backend.memory().newTimer();
        timer.start();
        timer.stop();
        CapturedGraph other = backend.capture(() -> backend.vectors().fill(x, 1));
        Map<String, Runnable> calls = new LinkedHashMap<>();
        calls.put("download", () -> backend.memory().download(x));
        calls.put("upload", () -> backend.memory().upload(new float[4], 0, x));
        calls.put("upload of integers", () -> backend.memory().upload(new int[4], 0, rows));
        calls.put("allocate", () -> backend.memory().allocate(4).close());
        calls.put("allocateInts", () -> backend.memory().allocateInts(4).close());
        calls.put("synchronize", backend::synchronize);
        calls.put("newStepState", () -> backend.memory().newStepState(1).close());
        calls.put(
                "newLossAccumulator",
                () -> backend.memory().newLossAccumulator().close());
        calls.put("newBatchFeed", () -> backend.memory().newBatchFeed(4, 4).close());
        calls.put("reading totals", totals::read);
        calls.put("resetting totals", totals::reset);
        calls.put("setting a step", () -> state.setStep(3));
        calls.put("setting a learning rate", () -> state.setLearningRate(3));
        calls.put("newTimer", () -> backend.memory().newTimer().close());
        calls.put("starting a timer", timer::start);
        calls.put("stopping a timer", timer::stop);
        calls.put("reading a timer", timer::elapsedNanos);
        calls.put("submitting", feed::submit);
        calls.put("receiving", () -> feed.receive(x, rows));
        calls.put("capturing", () -> backend.capture(() -> {}).close());
        calls.put("replaying", other::replay);
        return calls.entrySet().stream()
                .map(call -> DynamicTest.dynamicTest(call.getKey(), () -> {
                    assertThrows(IllegalStateException.class, () -> {
                        try (CapturedGraph graph = backend.capture(call.getValue())) {
                            graph.replay();
                        }
                    });
                    assertEquals(0, state.step());
                    assertEquals(0, state.learningRate());
                    assertUsable();
                    feed.receive(x, rows);
                    feed.submit();
                }));
    }

    @Test
    default void failuresOfTheOperationsComeOut() {
        UnsupportedOperationException failure = new UnsupportedOperationException("mine");
        DeviceFloats x = backend().memory().allocate(4);
        assertSame(failure, assertThrows(UnsupportedOperationException.class, () -> {
            try (CapturedGraph graph = backend().capture(() -> {
                backend().vectors().fill(x, 1);
                throw failure;
            })) {
                graph.replay();
            }
        }));
        assertUsable();
    }

    @Test
    default void wrongArgumentsAreRefusedInCaptures() {
        DeviceFloats x = backend().memory().allocate(4);
        assertThrows(IllegalArgumentException.class, () -> {
            try (CapturedGraph graph =
                    backend().capture(() -> backend().vectors().copy(x, x))) {
                graph.replay();
            }
        });
        assertThrows(IllegalArgumentException.class, () -> backend().capture(null));
        assertUsable();
    }

    @Test
    default void closedGraphsAreRefused() {
        DeviceFloats x = backend().memory().allocate(4);
        CapturedGraph graph = backend().capture(() -> backend().vectors().fill(x, 1));
        graph.replay();
        graph.close();
        graph.close();
        assertThrows(IllegalStateException.class, graph::replay);
        assertArrayEquals(new float[] {1, 1, 1, 1}, backend().memory().download(x));
        assertUsable();
    }

    @Test
    default void graphsOfClosedBuffersAreRefused() {
        DeviceFloats x = backend().memory().allocate(4);
        DeviceFloats y = backend().memory().allocate(4);
        DeviceInts rows = backend().memory().allocateInts(1);
        DeviceFloats part = y.slice(1, 2);
        try (CapturedGraph filling = backend().capture(() -> backend().vectors().fill(part, 1));
                CapturedGraph gathering =
                        backend().capture(() -> backend().vectors().gatherRows(1, 1, x, rows, part))) {
            filling.replay();
            gathering.replay();
            rows.close();
            filling.replay();
            assertThrows(IllegalStateException.class, gathering::replay);
            y.close();
            // What lay there may be another's now.
            DeviceFloats other = backend().memory().allocate(4);
            assertThrows(IllegalStateException.class, filling::replay);
            assertArrayEquals(new float[4], backend().memory().download(other));
        }
        assertUsable();
    }
}
